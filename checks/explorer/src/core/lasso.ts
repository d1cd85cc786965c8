// Runs that never end: the loop of a lasso, and who is left out of it.

import type { Trace } from "./itf.ts";

export interface Lasso {
  /** The state to which the last one leads back. */
  from: number;
  to: number;
  /** Names of actors that never act inside the loop. */
  starved: string[];
  sentence: string;
}

/** The loop of a trace, or `null` for a trace that ends. */
export function lasso(trace: Trace): Lasso | null {
  if (trace.loop === undefined || trace.loop < 0 || trace.loop >= trace.length) return null;
  const acting = new Set<string>();
  for (let i = trace.loop + 1; i < trace.length; i++) {
    const actor = trace.steps[i]?.actor;
    if (actor !== undefined) acting.add(actor);
  }
  const starved = acting.size === 0 ? [] : trace.actors.filter((a) => !acting.has(a.id)).map((a) => a.name);
  const span = trace.length - 1 - trace.loop;
  const repeats = span === 0 ? `The run stays in state ${trace.loop} forever` : `Steps ${trace.loop + 1} to ${trace.length - 1} repeat forever`;
  const out = starved.length === 0 ? "" : `; ${starved.join(", ")} ${starved.length === 1 ? "never acts" : "never act"} again`;
  return { from: trace.loop, to: trace.length - 1, starved, sentence: `${repeats}${out}.` };
}
