// Positions of everything on the board: which rows there are, how high each is, and how "along" and "across" become x and y.

import { computed, signal } from "@preact/signals";
import { layout, type Layout } from "../core/layout.ts";
import type { Property, Trace } from "../core/itf.ts";
import { at, same, show } from "../core/value.ts";
import { changeSize, columns, kept, pins, room, searching, shownActors, step, timeScale, trace, vertical, zoom } from "./store.ts";

export interface Row {
  kind: "property" | "quiet" | "pin" | "abstract" | "changes" | "risk" | "hits";
  name: string;
  title: string;
  start: number;
  size: number;
  property?: Property;
  path?: string;
}

export interface Scene {
  plan: Layout;
  rows: Row[];
  /** Extent across, rows included. */
  across: number;
  /** Room for the axis before the lanes. */
  axis: number;
  lane: number;
  /** Base line of the step numbers. */
  numbers: number;
  vertical: boolean;
}

/** Most property rows shown before those that never change are folded away. */
const MOST_PROPERTIES = 5;

/** Whether rows of properties that never change are shown all the same. */
export const everyProperty = signal(false);

/** The rows and lanes of the open trace. */
export const scene = computed<Scene | null>(() => {
  const t = trace.value;
  if (t === null || t.actors.length + t.properties.length === 0) return null;
  const turned = vertical.value;
  const lane = turned ? (room.value.narrow ? 46 : 76) : t.actors.length > 12 ? 32 : 46 + 15 * (Math.max(1, tracks(t).most) - 1);
  const shown = shownActors.value;
  const plan = layout(t, columns.value, zoom.value, (a) => shown === null || shown.includes(a), timeScale.value, lane);
  // A loop's bracket stands above the step numbers, labels of system steps below them.
  const numbers = t.loop === undefined ? 15 : 33;
  const axis = turned ? 34 : numbers + (t.steps.some((x, i) => i > 0 && x.actor === undefined) ? 25 : 9);
  const rows: Row[] = [];
  let start = axis + plan.across + (turned ? 8 : 6);
  const add = (row: Omit<Row, "start">): void => {
    rows.push({ ...row, start });
    start += row.size;
  };
  const chosen = properties(t);
  for (const p of chosen) add({ kind: "property", name: p.name, title: p.text || p.name, size: turned ? 26 : 24, property: p });
  const quiet = t.properties.length - chosen.length;
  if (!turned && (quiet > 0 || (everyProperty.value && t.properties.length > MOST_PROPERTIES))) add({ kind: "quiet", name: "", title: `and ${quiet} unchanged`, size: 22 });
  if (t.steps.some((s) => s.abstract !== undefined)) add({ kind: "abstract", name: "specification", title: "what each step is to the specification", size: turned ? 110 : 24 });
  for (const path of pins.value) add({ kind: "pin", name: path, title: path, size: turned ? 90 : 26, path });
  add({ kind: "changes", name: "changes", title: "how much of the state each step changed", size: turned ? 30 : 26 });
  if (t.risk.length > 0) add({ kind: "risk", name: "risk", title: t.riskMethod ?? "chance that a random continuation fails", size: turned ? 40 : 22 });
  if (searching.value) add({ kind: "hits", name: "found", title: "steps that match the search", size: turned ? 22 : 20 });
  return { plan, rows, across: start + 6, axis, lane, numbers, vertical: turned };
});

/** Below a lane: spans first, then operations, each on the first track that is free when it begins. */
export function tracks(t: Trace): { of: number[]; most: number } {
  const known = trackCache.get(t);
  if (known) return known;
  const first = t.spans.length > 0 ? 1 : 0;
  const busy = new Map<string, number[]>();
  const of = t.ops.map((op) => {
    const ends = busy.get(op.actor) ?? [];
    busy.set(op.actor, ends);
    const free = ends.findIndex((end) => end <= op.call);
    const track = free >= 0 ? free : Math.min(ends.length, 2);
    ends[track] = op.ret ?? Infinity;
    return track + first;
  });
  const made = { of, most: Math.max(first, ...of.map((k) => k + 1)) };
  trackCache.set(t, made);
  return made;
}
const trackCache = new WeakMap<Trace, { of: number[]; most: number }>();

/** The properties that get a row: the one checked, those that change, then the rest up to a limit. */
function properties(t: Trace): Property[] {
  const own = (p: Property): number => (p.name === t.check.property ? 0 : [...p.values].some((c) => c === "F") && p.kind !== "sometimes" ? 1 : new Set(p.values.replaceAll("?", "")).size > 1 ? 2 : 3);
  const sorted = t.properties.map((p, i) => ({ p, i, o: own(p) })).sort((a, b) => a.o - b.o || a.i - b.i);
  if (everyProperty.value || sorted.length <= MOST_PROPERTIES) return sorted.map((x) => x.p);
  return sorted.filter((x, i) => x.o < 3 || i < MOST_PROPERTIES).slice(0, 12).map((x) => x.p);
}

/** Runs of columns with the same text under a pinned path, within a range of steps. */
export function pinRuns(t: Trace, path: string, from: number, to: number): { from: number; to: number; text: string }[] {
  const out: { from: number; to: number; text: string }[] = [];
  let last: unknown;
  for (let i = from; i <= to; i++) {
    const value = at(t.states.get(i), path);
    const run = out[out.length - 1];
    if (run && same(last, value)) run.to = i;
    else out.push({ from: i, to: i, text: value === undefined ? "absent" : show(value, 40) });
    last = value;
  }
  return out;
}

/** The largest change of the trace as far as it is known, for the scale of the bars. */
export function largestChange(t: Trace, from: number, to: number): number {
  let most = 1;
  for (let i = Math.max(1, from); i <= to; i++) most = Math.max(most, changeSize(t, i));
  return most;
}

/** Whether a step is dimmed by the filter. */
export const dimmed = (i: number): boolean => {
  const keep = kept.value;
  return keep !== null && i !== step.value && !keep.has(i);
};

/** Intervals of steps in which an actor is down, by its faults. */
export function outages(t: Trace, actor: string): { from: number; to: number }[] {
  const known = outageCache.get(t) ?? new Map<string, { from: number; to: number }[]>();
  outageCache.set(t, known);
  const done = known.get(actor);
  if (done) return done;
  const out: { from: number; to: number }[] = [];
  t.steps.forEach((s, i) => {
    if (s.actor !== actor || s.fault === undefined) return;
    const open = out[out.length - 1];
    const back = /restart|recover|resume|up/i.test(s.fault);
    if (!back && /crash|stop|kill|pause|down/i.test(s.fault)) {
      if (!open || open.to < t.length) out.push({ from: i, to: t.length });
    } else if (back && open && open.to === t.length) open.to = i;
  });
  known.set(actor, out);
  return out;
}
const outageCache = new WeakMap<Trace, Map<string, { from: number; to: number }[]>>();

/** Which of the four families of looks a kind belongs to: the same in every trace. */
export function family(kind: string): number {
  let h = 7;
  for (const c of kind) h = (h * 31 + (c.codePointAt(0) as number)) >>> 0;
  return h % 4;
}
