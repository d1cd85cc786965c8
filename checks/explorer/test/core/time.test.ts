import assert from "node:assert/strict";
import { test } from "node:test";
import { align } from "../../src/core/align.ts";
import { chain, cone, directCauses, relation } from "../../src/core/causal.ts";
import { columnOf, fold, unfolded } from "../../src/core/fold.ts";
import { lasso } from "../../src/core/lasso.ts";
import { layout } from "../../src/core/layout.ts";
import { load, names } from "./fixtures.ts";

test("a cone is closed under causes and never reaches forward", () => {
  for (const name of names) {
    const trace = load(name);
    const causes = directCauses(trace);
    for (let i = 0; i < trace.length; i++) {
      const past = cone(causes, i);
      for (const k of past) {
        assert.ok(k <= i, `${name}: ${k} is after ${i}`);
        for (const c of causes[k] ?? []) assert.ok(c === 0 || past.has(c), `${name}: ${c} is a cause of ${k}, missing at ${i}`);
      }
    }
  }
});

test("every chain is made of direct causes, and concurrent steps have none", () => {
  for (const name of names) {
    const trace = load(name);
    const causes = directCauses(trace);
    for (let a = 1; a < trace.length; a++) {
      for (let b = a + 1; b < trace.length; b++) {
        const path = chain(causes, a, b);
        assert.equal(path !== null, cone(causes, b).has(a), `${name}: ${a} to ${b}`);
        for (let k = 1; path !== null && k < path.length; k++) assert.ok(causes[path[k] as number]?.includes(path[k - 1] as number));
      }
    }
  }
  const causes = directCauses(load("lock-mutex"));
  assert.match(relation(causes, 6, 9), /cause of step 9, via 7/);
  assert.match(relation(causes, 1, 4), /concurrent/);
});

test("layout never lets a message run backwards in time", () => {
  for (const name of names) {
    const trace = load(name);
    for (const width of [60, 20, 3]) {
      const plan = layout(trace, unfolded(trace.length), width, () => true, false);
      const drawn = plan.messagesIn(0, plan.along);
      assert.equal(drawn.length, trace.messages.length, name);
      for (const d of drawn) assert.ok(d.a2 >= d.a1, `${name}: ${d.message.id}`);
      for (let i = 1; i < trace.length; i++) {
        assert.ok(plan.place(i) > plan.place(i - 1), `${name}: columns in order`);
        assert.equal(plan.stepAt(plan.place(i)), i);
      }
    }
  }
});

test("the time axis keeps order and needs times", () => {
  const trace = load("register-linearizable");
  const plan = layout(trace, unfolded(trace.length), 40, () => true, true);
  for (let i = 1; i < trace.length; i++) assert.ok(plan.place(i) > plan.place(i - 1));
  assert.ok(plan.place(8) - plan.place(7) > plan.place(3) - plan.place(2), "13 ms are wider than 3 ms");
});

test("folding loses no step and keeps those asked for", () => {
  for (const keepEvery of [1, 2, 4, 7, 100]) {
    const columns = fold(40, (i) => i % keepEvery === 0);
    assert.deepEqual(columns.flatMap((c) => Array.from({ length: c.to - c.from + 1 }, (_, k) => c.from + k)), Array.from({ length: 40 }, (_, i) => i));
    for (let i = 0; i < 40; i += keepEvery) {
      const c = columns[columnOf(columns, i)];
      assert.ok(c && c.from === i && c.to === i);
    }
  }
});

test("a lasso says what repeats and who is left out", () => {
  const found = lasso(load("paxos-starved"));
  assert.equal(found?.sentence, "Steps 6 to 9 repeat forever; acceptor 1, acceptor 2, acceptor 3, learner 1 never act again.");
  assert.equal(lasso(load("paxos-agreement")), null);
});

test("alignment shares the prefix and finds steps that only moved", () => {
  const a = load("paxos-agreement");
  const b = load("paxos-witness");
  const both = align(a, b);
  assert.equal(both.prefix, 3);
  assert.deepEqual(both.pairs.filter((p) => p.is === "reordered").length, 1);
  const seenA = both.pairs.flatMap((p) => (p.is === "onlyB" ? [] : [p.a])).sort((x, y) => x - y);
  const seenB = both.pairs.flatMap((p) => (p.is === "onlyA" ? [] : [p.b])).sort((x, y) => x - y);
  assert.deepEqual(seenA, Array.from({ length: a.length }, (_, i) => i));
  assert.deepEqual(seenB, Array.from({ length: b.length }, (_, i) => i));
  assert.ok(align(a, a).pairs.every((p) => p.is === "same"));
});
