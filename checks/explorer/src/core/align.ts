// Two runs side by side: what they share, what one did in another order, what only one of them did.

import type { Trace } from "./itf.ts";
import { stepWords } from "./words.ts";

export type Pair =
  | { is: "same"; a: number; b: number }
  | { is: "reordered"; a: number; b: number }
  /** At this place each did something else. */
  | { is: "differs"; a: number; b: number }
  | { is: "onlyA"; a: number }
  | { is: "onlyB"; b: number };

export interface Alignment {
  /** Steps 0 to `prefix` are the same in both. */
  prefix: number;
  pairs: Pair[];
}

/** What makes two steps the same step: who, what kind, and in which words. Never their position. */
export const stepKey = (trace: Trace, i: number): string => {
  const s = trace.steps[i];
  return s === undefined ? "" : `${s.actor ?? ""}|${s.kind}|${stepWords(trace, i)}`;
};

// Above this many cells the exact comparison would freeze the page; greedy matching is used instead.
const CELLS = 4_000_000;

/** Aligns two runs: shared prefix first, then a longest common subsequence, then equal steps that only moved. */
export function align(a: Trace, b: Trace): Alignment {
  const x = Array.from({ length: a.length }, (_, i) => stepKey(a, i));
  const y = Array.from({ length: b.length }, (_, i) => stepKey(b, i));
  let prefix = 0;
  while (prefix < x.length && prefix < y.length && x[prefix] === y[prefix]) prefix++;
  const matched = common(x.slice(prefix), y.slice(prefix)).map(([i, j]) => [i + prefix, j + prefix] as const);
  const moved = reordered(x, y, prefix, matched);
  return { prefix: prefix - 1, pairs: weave(x.length, y.length, prefix, matched, moved) };
}

function common(x: string[], y: string[]): [number, number][] {
  if (x.length * y.length > CELLS) return greedy(x, y);
  const width = y.length + 1;
  const table = new Uint16Array((x.length + 1) * width);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) {
      const at = i * width + j;
      table[at] = x[i] === y[j] ? (table[at + width + 1] as number) + 1 : Math.max(table[at + width] as number, table[at + 1] as number);
    }
  }
  const out: [number, number][] = [];
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const at = i * width + j;
    if (x[i] === y[j]) out.push([i++, j++]);
    else if ((table[at + width] as number) >= (table[at + 1] as number)) i++;
    else j++;
  }
  return out;
}

function greedy(x: string[], y: string[]): [number, number][] {
  const out: [number, number][] = [];
  let from = 0;
  x.forEach((key, i) => {
    const j = y.indexOf(key, from);
    if (j >= 0 && j - from < 64) {
      out.push([i, j]);
      from = j + 1;
    }
  });
  return out;
}

function reordered(x: string[], y: string[], prefix: number, matched: (readonly [number, number])[]): Map<number, number> {
  const usedA = new Set(matched.map(([i]) => i));
  const usedB = new Set(matched.map(([, j]) => j));
  const left = new Map<string, number[]>();
  for (let j = prefix; j < y.length; j++) if (!usedB.has(j)) left.set(y[j] as string, [...(left.get(y[j] as string) ?? []), j]);
  const out = new Map<number, number>();
  for (let i = prefix; i < x.length; i++) {
    const j = usedA.has(i) ? undefined : left.get(x[i] as string)?.shift();
    if (j !== undefined) out.set(i, j);
  }
  return out;
}

function weave(n: number, m: number, prefix: number, matched: (readonly [number, number])[], moved: Map<number, number>): Pair[] {
  const out: Pair[] = [];
  for (let i = 0; i < prefix; i++) out.push({ is: "same", a: i, b: i });
  const movedB = new Set(moved.values());
  let [i, j] = [prefix, prefix];
  const rest = (toA: number, toB: number): void => {
    for (; i < toA; i++) {
      const b = moved.get(i);
      while (j < toB && movedB.has(j)) j++;
      if (b !== undefined) out.push({ is: "reordered", a: i, b });
      else if (j < toB) out.push({ is: "differs", a: i, b: j++ });
      else out.push({ is: "onlyA", a: i });
    }
    for (; j < toB; j++) if (!movedB.has(j)) out.push({ is: "onlyB", b: j });
  };
  for (const [a, b] of matched) {
    rest(a, b);
    out.push({ is: "same", a, b });
    i = a + 1;
    j = b + 1;
  }
  rest(n, m);
  return out;
}
