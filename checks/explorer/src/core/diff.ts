// The difference of two values, element by element, as a tree that can be shown, counted and applied.

import { canonical, joinPath, same, shape, show, type Value } from "./value.ts";

/** One place where two values differ. `inside` means: the place itself is there in both, something under it differs. */
export interface Change {
  /** Name of the place within its parent: a field, a key, an index, or an element of a set. */
  name: string;
  kind: "added" | "removed" | "changed" | "inside";
  before?: Value;
  after?: Value;
  /** Differences under this place, for `inside`. */
  under: Change[];
  /** For an entry of a map: its key as a value. For lists: positions before and after, -1 where absent. */
  key?: Value;
  from?: number;
  to?: number;
}

/** The difference from `a` to `b`, or `null` when they are the same value. */
export function diff(a: Value, b: Value, name = ""): Change | null {
  if (same(a, b)) return null;
  const x = shape(a);
  const y = shape(b);
  const whole: Change = { name, kind: "changed", before: a, after: b, under: [] };
  const nest = (under: Change[]): Change => ({ name, kind: "inside", before: a, after: b, under });
  if (x.is === "record" && y.is === "record") return nest(fields(x.fields, y.fields));
  if (x.is === "map" && y.is === "map") return nest(entries(x.entries, y.entries));
  if (x.is === "set" && y.is === "set") return nest(elements(x.items, y.items));
  if (x.is === "list" && y.is === "list") return nest(items(x.items, y.items));
  if (x.is === "tuple" && y.is === "tuple" && x.items.length === y.items.length) return nest(items(x.items, y.items));
  if (x.is === "variant" && y.is === "variant" && x.tag === y.tag) {
    const inner = diff(x.value, y.value, name);
    return inner === null || inner.kind !== "inside" ? whole : { ...inner, before: a, after: b };
  }
  return whole;
}

function fields(a: [string, Value][], b: [string, Value][]): Change[] {
  const later = new Map(b);
  const earlier = new Map(a);
  const out: Change[] = [];
  for (const [k, v] of a) {
    if (!later.has(k)) out.push({ name: k, kind: "removed", before: v, under: [] });
    else push(out, diff(v, later.get(k), k));
  }
  for (const [k, v] of b) if (!earlier.has(k)) out.push({ name: k, kind: "added", after: v, under: [] });
  return out;
}

function push(out: Change[], change: Change | null): void {
  if (change !== null) out.push(change);
}

function entries(a: [Value, Value][], b: [Value, Value][]): Change[] {
  const later = new Map(b.map((e) => [canonical(e[0]), e]));
  const earlier = new Set(a.map((e) => canonical(e[0])));
  const out: Change[] = [];
  for (const [k, v] of a) {
    const other = later.get(canonical(k));
    if (!other) out.push({ name: show(k, 60), key: k, kind: "removed", before: v, under: [] });
    else {
      const change = diff(v, other[1], show(k, 60));
      if (change !== null) out.push({ ...change, key: k });
    }
  }
  for (const [k, v] of b) if (!earlier.has(canonical(k))) out.push({ name: show(k, 60), key: k, kind: "added", after: v, under: [] });
  return out;
}

function elements(a: Value[], b: Value[]): Change[] {
  const later = new Set(b.map(canonical));
  const earlier = new Set(a.map(canonical));
  return [
    ...a.filter((v) => !later.has(canonical(v))).map((v): Change => ({ name: show(v, 60), kind: "removed", before: v, under: [] })),
    ...b.filter((v) => !earlier.has(canonical(v))).map((v): Change => ({ name: show(v, 60), kind: "added", after: v, under: [] })),
  ];
}

// Above this many pairs of elements, lists are compared by position between their equal ends.
const CELLS = 40_000;

// Lists keep most of their elements in order (a log grows, a queue is taken from, a bag gains some and loses others): equal elements are
// matched first. Between two matches, elements are compared in place as far as they go.
function items(a: Value[], b: Value[]): Change[] {
  let start = 0;
  while (start < a.length && start < b.length && same(a[start], b[start])) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && same(a[a.length - 1 - end], b[b.length - 1 - end])) end++;
  const [m, n] = [a.length - end, b.length - end];
  const out: Change[] = [];
  let [i, j] = [start, start];
  // As many plain values as before: an array, whose places have a meaning.
  const places = m === n && !a.slice(start, m).some((v) => shape(v).is === "record");
  for (const [k, l] of [...(places ? [] : matches(a, b, start, m, n)), [m, n] as const]) {
    const level = k - i === l - j;
    for (; i < k || j < l; ) {
      const both = i < k && j < l;
      if (both && (level || alike(a[i], b[j]))) {
        const change = diff(a[i], b[j], String(j));
        if (change !== null) out.push({ ...change, from: i, to: j });
        i++;
        j++;
      } else if (i < k) {
        out.push({ name: String(i), kind: "removed", before: a[i], under: [], from: i, to: -1 });
        i++;
      } else {
        out.push({ name: String(j), kind: "added", after: b[j], under: [], from: -1, to: j });
        j++;
      }
    }
    i = k + 1;
    j = l + 1;
  }
  return out;
}

/** A longest list of pairs of equal elements, in order in both, between `start` and `m` of one and `n` of the other. */
function matches(a: Value[], b: Value[], start: number, m: number, n: number): (readonly [number, number])[] {
  const width = n - start + 1;
  if ((m - start) * width > CELLS || m === start || n === start) return [];
  const table = new Uint16Array((m - start + 1) * width);
  const cell = (i: number, j: number): number => table[(i - start) * width + j - start] as number;
  for (let i = m - 1; i >= start; i--) for (let j = n - 1; j >= start; j--) table[(i - start) * width + j - start] = same(a[i], b[j]) ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
  const out: (readonly [number, number])[] = [];
  for (let i = start, j = start; i < m && j < n; ) {
    if (same(a[i], b[j])) out.push([i++, j++]);
    else if (cell(i + 1, j) >= cell(i, j + 1)) i++;
    else j++;
  }
  return out;
}

// Whether one element can be read as the other, changed: at least half of its fields stay.
function alike(a: Value, b: Value): boolean {
  const [x, y] = [shape(a), shape(b)];
  if (x.is !== "record" || y.is !== "record") return false;
  const later = new Map(y.fields);
  return x.fields.filter(([k, v]) => later.has(k) && same(v, later.get(k))).length * 2 > x.fields.length;
}

/** How many places differ, counting the innermost ones. */
export function size(change: Change | null): number {
  if (change === null) return 0;
  return change.kind === "inside" ? change.under.reduce((n, c) => n + size(c), 0) : 1;
}

/** The innermost differences with their paths. */
export function flat(change: Change | null, names: string[] = []): { path: string; change: Change }[] {
  if (change === null) return [];
  const here = change.name === "" ? names : [...names, change.name];
  if (change.kind !== "inside") return [{ path: joinPath(here), change }];
  return change.under.flatMap((c) => flat(c, here));
}

/** Applies a difference to the value it was taken from; gives the other value. */
export function apply(a: Value, change: Change | null): Value {
  if (change === null) return a;
  if (change.kind !== "inside") return change.after;
  const s = shape(a);
  if (s.is === "variant") return { tag: s.tag, value: apply(s.value, change) };
  if (s.is === "record") return applyRecord(s.fields, change.under);
  if (s.is === "map") return applyMap(s.entries, change.under);
  if (s.is === "set") {
    const gone = new Set(change.under.filter((c) => c.kind === "removed").map((c) => canonical(c.before)));
    return { "#set": [...s.items.filter((v) => !gone.has(canonical(v))), ...change.under.filter((c) => c.kind === "added").map((c) => c.after)] };
  }
  if (s.is === "list") return applyList(s.items, change.under);
  if (s.is === "tuple") return { "#tup": applyList(s.items, change.under) };
  return change.after;
}

function applyRecord(fields: [string, Value][], under: Change[]): Value {
  const out = new Map(fields);
  for (const c of under) {
    if (c.kind === "removed") out.delete(c.name);
    else out.set(c.name, apply(out.get(c.name), c));
  }
  return Object.fromEntries(out);
}

function applyMap(entries: [Value, Value][], under: Change[]): Value {
  const out = new Map(entries.map((e) => [canonical(e[0]), e]));
  for (const c of under) {
    const key = canonical(c.key);
    if (c.kind === "removed") out.delete(key);
    else out.set(key, [c.key, apply(out.get(key)?.[1], c)]);
  }
  return { "#map": [...out.values()] };
}

function applyList(items: Value[], under: Change[]): Value[] {
  const out = items.map((v, i) => ({ v, c: under.find((c) => c.from === i) })).flatMap(({ v, c }) => (c === undefined ? [v] : c.kind === "removed" ? [] : [apply(v, c)]));
  for (const c of under) if (c.kind === "added") out.splice(c.to ?? out.length, 0, c.after);
  return out;
}
