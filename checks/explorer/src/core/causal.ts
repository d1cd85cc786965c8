// Which step is a cause of which: an actor's own order, messages from sending to receiving, and causes the trace names itself.

import type { Trace } from "./itf.ts";

/** Direct causes of every step, in increasing order; step 0 is a cause of whoever has no other. */
export type Causes = readonly (readonly number[])[];

/** Computes the direct causes. A step that belongs to no actor is ordered with everything: nothing is known to be independent of it. */
export function directCauses(trace: Trace): Causes {
  const last = new Map<string, number>();
  const messages = new Map(trace.messages.map((m) => [m.id, m]));
  const ids = trace.actors.map((a) => a.id);
  let everyone = 0;
  const out: number[][] = [];
  trace.steps.forEach((step, i) => {
    if (i === 0) {
      out.push([]);
      return;
    }
    const found = new Set<number>(step.causes.filter((c) => c < i));
    if (step.actor === undefined) {
      for (const id of ids) found.add(last.get(id) ?? everyone);
      found.add(everyone);
      last.clear();
      everyone = i;
    } else {
      found.add(last.get(step.actor) ?? everyone);
      last.set(step.actor, i);
    }
    const message = step.recv === undefined ? undefined : messages.get(step.recv);
    if (message && message.sent < i) found.add(message.sent);
    if (found.size > 1) found.delete(0);
    out.push([...found].sort((a, b) => a - b));
  });
  return out;
}

/** All causes of a step, the step itself included; step 0 is left out unless it is asked for. */
export function cone(causes: Causes, target: number): Set<number> {
  const seen = new Set<number>([target]);
  const todo = [target];
  for (let i = todo.pop(); i !== undefined; i = todo.pop()) {
    for (const c of causes[i] ?? []) {
      if (!seen.has(c)) {
        seen.add(c);
        todo.push(c);
      }
    }
  }
  if (target !== 0) seen.delete(0);
  return seen;
}

/** A shortest chain of direct causes from `a` to `b`, both ends included, or `null` when `a` is no cause of `b`. */
export function chain(causes: Causes, a: number, b: number): number[] | null {
  const next = new Map<number, number>([[b, -1]]);
  const queue = [b];
  for (let q = 0; q < queue.length; q++) {
    const i = queue[q] as number;
    if (i === a) {
      const out = [a];
      for (let k = next.get(a); k !== undefined && k >= 0; k = next.get(k)) out.push(k);
      return out;
    }
    for (const c of causes[i] ?? []) {
      if (c >= a && !next.has(c)) {
        next.set(c, i);
        queue.push(c);
      }
    }
  }
  return null;
}

/** The answer to "is one of these two steps a cause of the other?" in words. */
export function relation(causes: Causes, one: number, other: number): string {
  if (one === other) return "The same step.";
  const [a, b] = one < other ? [one, other] : [other, one];
  const path = chain(causes, a, b);
  if (path === null) return `Steps ${a} and ${b} are concurrent: neither is a cause of the other, they could be swapped.`;
  if (path.length === 2) return `Step ${a} is a direct cause of step ${b}.`;
  return `Step ${a} is a cause of step ${b}, via ${path.slice(1, -1).join(" → ")}.`;
}
