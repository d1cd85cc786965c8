import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, search } from "../../src/core/search.ts";
import { load } from "./fixtures.ts";

const trace = load("paxos-agreement");
const find = (q: string): number[] => search(trace, parse(q));

test("words match labels, actors and values", () => {
  assert.deepEqual(find("crash"), [10]);
  assert.deepEqual(find("actor:l1"), [8, 9]);
  assert.deepEqual(find("kind:Accept actor:a2"), [7, 18]);
  assert.deepEqual(find('"acceptor 2" restart'), [11]);
  assert.deepEqual(find("fails:agreement"), [18]);
});

test("values compare as numbers or as words", () => {
  assert.deepEqual(find("acceptors.a2.promised > 1"), [13, 14, 15, 16, 17, 18]);
  assert.deepEqual(find("acceptors.a2.promised=1"), [3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(find("acceptors.a2.up = false"), [10]);
  assert.deepEqual(find("changed:learned"), [9]);
});

test("order in time is part of the language", () => {
  assert.deepEqual(find("crash before kind:Promise actor:a2"), [13]);
  assert.deepEqual(find("kind:Crash without kind:Restart after"), []);
  assert.deepEqual(find("kind:Vote without kind:Restart after"), [17, 18]);
  assert.deepEqual(find("(crash or restart) before actor:p2"), [12, 15, 16]);
  assert.deepEqual(find("not actor:a2 kind:Vote"), [6, 17]);
});

test("no text makes it fail", () => {
  for (const odd of ["", " ", "(", ")", "before", "x before", "not", "a <", "< 3", '"', "a:b:c", "or or", "((()", "= = =", "without after"]) assert.ok(Array.isArray(find(odd)), odd);
  assert.deepEqual(find(""), []);
});
