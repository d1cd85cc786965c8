import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, diff, flat, size } from "../../src/core/diff.ts";
import { at, canonical, joinPath, leaves, same, show, splitPath } from "../../src/core/value.ts";
import { Random } from "./random.ts";

const int = (n: number): unknown => ({ "#bigint": String(n) });

test("a value differs from itself nowhere, and a difference applied gives the other value", () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = new Random(seed);
    const a = random.value(4);
    const b = random.below(3) === 0 ? random.value(4) : random.altered(a);
    assert.equal(diff(a, structuredClone(a)), null, `seed ${seed}`);
    const change = diff(a, b);
    assert.equal(canonical(apply(a, change)), canonical(b), `seed ${seed}: ${JSON.stringify(a)} to ${JSON.stringify(b)}`);
    assert.equal(size(change) > 0, !same(a, b), `seed ${seed}`);
  }
});

test("sets and maps compare by element, never by order", () => {
  assert.ok(same({ "#set": [int(1), int(2)] }, { "#set": [int(2), int(1), int(2)] }));
  assert.ok(same({ "#map": [["a", 1], ["b", int(2)]] }, { "#map": [["b", 2], ["a", int(1)]] }));
  const change = diff({ "#set": [int(1), int(2)] }, { "#set": [int(2), int(3)] });
  assert.deepEqual(flat(change).map((c) => `${c.change.kind} ${c.path}`), ["removed 1", "added 3"]);
});

test("a change deep inside names only the leaf", () => {
  const state = (n: number): unknown => ({ servers: { "#map": [["s 0", { tag: "Server", value: { epoch: int(n), log: [int(1)] } }]] } });
  assert.deepEqual(flat(diff(state(1), state(2))).map((c) => c.path), ['servers."s 0".epoch']);
});

test("a growing list shows what was added, not a shift of everything", () => {
  const change = diff([int(1), int(2)], [int(0), int(1), int(2)]);
  assert.deepEqual(flat(change).map((c) => `${c.change.kind} ${c.path}`), ["added 0"]);
});

test("a bag that loses some and gains others says which, and an element that changes a little changes in place", () => {
  const mail = (to: number, text: string): unknown => ({ from: int(0), to: int(to), text });
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((text, k) => mail(k, text));
  const said = (x: unknown, y: unknown): string[] => flat(diff(x, y)).map((f) => `${f.change.kind} ${f.path}`);
  assert.deepEqual(said([a, b, c], [b, c, d, e]), ["removed 0", "added 2", "added 3"]);
  assert.deepEqual(said([a, b, c], [a, mail(9, "b"), c]), ["changed 1.to"]);
  assert.deepEqual(said([a, b], [mail(9, "a"), d, b]), ["changed 0.to", "added 1"]);
  assert.deepEqual(said([int(1), int(0), int(0)], [int(0), int(1), int(0)]), ["changed 0", "changed 1"]);
});

test("paths survive dots, spaces and quotes, and reach every leaf", () => {
  assert.deepEqual(splitPath(joinPath(["a.b", "c d", 'e"f', "g"])), ["a.b", "c d", 'e"f', "g"]);
  for (let seed = 1; seed <= 500; seed++) {
    const v = new Random(seed).value(3);
    for (const [path, leaf] of leaves(v)) {
      if (/(^|\.)("|\{\})/.test(path)) continue; // Quoted names may be the text of two different keys.
      const found = at(v, path);
      assert.ok(found !== undefined, `seed ${seed}: ${path} in ${JSON.stringify(v)}`);
      void leaf;
    }
  }
});

test("values read as people write them", () => {
  assert.equal(show({ tag: "None", value: { "#tup": [] } }), "none");
  assert.equal(show({ tag: "Some", value: { ballot: int(2), value: "x" } }), "{ballot: 2, value: x}");
  assert.equal(show({ tag: "Leader", value: { "#tup": [] } }), "Leader");
  assert.equal(show({ "#set": [] }), "{}");
  assert.equal(show("x".repeat(100), 10), "xxxxxxxxx…");
});
