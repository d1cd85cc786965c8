// A trace of another tool has no actors. Where a variable is a map from names to values, its keys can be lanes, if the reader says so.

import type { Span, Trace } from "./itf.ts";
import { canonical, shape, show, type Value } from "./value.ts";

/** More keys than this are data, not actors. */
const MOST_LANES = 24;

function entries(v: Value): Map<string, Value> | null {
  const s = shape(v);
  if (s.is !== "map") return null;
  const out = new Map<string, Value>();
  for (const [key, value] of s.entries) {
    if (typeof key !== "string") return null;
    out.set(key, value);
  }
  return out;
}

/** The variables that can be lanes: maps from at least two names, the same in every state. */
export function laneVars(trace: Trace): string[] {
  return trace.vars.filter((name) => {
    const first = entries(trace.states.get(0)[name]);
    if (first === null || first.size < 2 || first.size > MOST_LANES) return false;
    const keys = [...first.keys()].sort().join();
    for (let i = 1; i < trace.length; i++) if ([...(entries(trace.states.get(i)[name])?.keys() ?? [])].sort().join() !== keys) return false;
    return true;
  });
}

/** The trace with a lane for each key of a variable: a step is on the lane whose value it alone changes, or that its action names; values are spans. */
export function adopt(trace: Trace, name: string): Trace {
  const at = (i: number): Map<string, Value> => entries(trace.states.get(i)[name]) ?? new Map<string, Value>();
  const ids = [...at(0).keys()];
  const spans: Span[] = [];
  const open = new Map<string, Span & { key: string }>();
  const steps = trace.steps.map((step, i) => {
    const now = at(i);
    const changed = ids.filter((id) => {
      const key = canonical(now.get(id));
      const last = open.get(id);
      if (last?.key === key) return false;
      if (last) last.to = i;
      const span = { actor: id, label: show(now.get(id), 40), from: i, key };
      open.set(id, span);
      spans.push(span);
      return true;
    });
    const named = ids.filter((id) => picked(trace, i).includes(id));
    const actor = i === 0 ? undefined : named.length === 1 ? named[0] : changed.length === 1 ? changed[0] : undefined;
    return actor === undefined ? step : { ...step, actor };
  });
  return { ...trace, actors: ids.map((id) => ({ id, name: id, role: name })), steps, spans };
}

/** What the step's action picked, as text. */
function picked(trace: Trace, i: number): string[] {
  const picks = trace.states.get(i)["mbt::nondetPicks"];
  return typeof picks === "object" && picks !== null ? Object.values(picks).map((v) => show(v).replace(/^Some\((.*)\)$/, "$1").replace(/^"|"$/g, "")) : [];
}
