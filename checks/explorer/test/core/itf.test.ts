import assert from "node:assert/strict";
import { test } from "node:test";
import { ofItf } from "@informalsystems/quint/dist/src/itf.js";
import { fromJson, NotATrace, readTrace, type Step } from "../../src/core/itf.ts";
import { markdown, mermaid, rustTest } from "../../src/core/report.ts";
import { canonical } from "../../src/core/value.ts";
import { flips, moment, stepShort, verdictStep } from "../../src/core/words.ts";
import { long } from "../../fixtures/others.mjs";
import { load, names, text } from "./fixtures.ts";

test("every fixture reads, and its rows fit its states", () => {
  for (const name of names) {
    const t = load(name);
    assert.equal(t.steps.length, t.length, name);
    for (const p of t.properties) assert.equal(p.values.length, t.length, `${name}: ${p.name}`);
    for (const m of t.messages) {
      assert.ok(m.recv.every((r) => r > m.sent && r < t.length), `${name}: ${m.id}`);
      assert.ok(t.steps[m.sent]?.sends.includes(m.id), `${name}: ${m.id} is not sent at ${m.sent}`);
      for (const r of m.recv) assert.equal(t.steps[r]?.recv, m.id, name);
    }
    const ids = new Set(t.actors.map((a) => a.id));
    for (const s of t.steps) assert.ok(s.actor === undefined || ids.has(s.actor), name);
    assert.ok(verdictStep(t) < t.length);
    if (t.loop !== undefined) {
      const [a, b] = [t.states.get(t.loop), t.states.get(t.length - 1)];
      for (const v of t.vars) assert.equal(canonical(a[v]), canonical(b[v]), `${name}: the loop closes at ${v}`);
    }
  }
});

test("Quint's reader opens every fixture", () => {
  for (const name of names) {
    const read = ofItf(JSON.parse(text(name)));
    assert.equal(read.length, load(name).length, name);
  }
});

test("a file without the extra key is a plain trace, an unknown schema is one with a notice", () => {
  assert.ok(load("foreign-bank").foreign);
  assert.deepEqual(load("foreign-bank").notices, []);
  const future = load("future-schema");
  assert.ok(future.foreign);
  assert.match(future.notices[0] ?? "", /protocol-trace\/9/);
});

test("what is no trace is refused in a sentence", () => {
  assert.throws(() => readTrace("nonsense"), NotATrace);
  assert.throws(() => readTrace("{}"), /no list of states/);
  assert.throws(() => readTrace('{"states":[]}'), NotATrace);
  assert.throws(() => readTrace("null"), NotATrace);
});

test("damaged parts of the extra key do not break the page", () => {
  const t = fromJson({ states: [{ x: 1 }, { x: 2 }], harness: { schema: "protocol-trace/1", actors: [1, null], messages: "no", steps: [null, { sends: 3 }], properties: [{}], check: 7, expected: [null, 4] } });
  assert.equal(t.length, 2);
  assert.equal(t.steps[1]?.label, "step");
});

test("states rebuilt from keyframes are the states that were", () => {
  const steps = 1200;
  const t = fromJson(long(steps, 9));
  assert.equal(t.length, steps + 1);
  const total = (i: number): number => {
    const nodes = t.states.get(i)["nodes"] as { "#map": [string, { count: { "#bigint": string } }][] };
    return nodes["#map"].reduce((n, [, s]) => n + Number(s.count["#bigint"]), 0);
  };
  for (const i of [0, 1, 499, 500, 501, 777, steps, 3, 1100]) assert.equal(total(i), i);
});

test("the moment is said in words", () => {
  const t = load("paxos-agreement");
  assert.equal(moment(t, 18), "step 18 of 18, acceptor 2 receives Accept 2 y from proposer 2, agreement violated");
  assert.deepEqual(flips(t), [9, 18]);
});

test("Markdown names verdict, step and every step; the diagram names every actor", () => {
  for (const name of names) {
    const t = load(name);
    const md = markdown(t);
    if (t.check.verdict !== "") assert.match(md, new RegExp(`^\\*\\*(VIOLATED|REACHED): .*at step ${verdictStep(t)} of ${t.length - 1}`), name);
    assert.equal(md.split("\n").filter((l) => /^\| \d+ \|/.test(l)).length, t.length - 1, name);
    for (const a of t.actors) assert.ok(mermaid(t).some((l) => l.includes(`as ${a.name}`)), name);
    assert.equal(rustTest(t), undefined, "a page without the model makes up no test");
  }
});

test("no Debug text is on the first look", () => {
  const label = "replica 1 receives Prepare { ballot: Ballot { round: 1, node: NodeId(0), incar…";
  const t = fromJson({ states: [{ x: 1 }, { x: 2 }], harness: { schema: "protocol-trace/1", actors: [{ id: "r1", name: "replica 1" }], steps: [{}, { actor: "r1", label }], alternatives: [[{ label: "Accept { a: 1 }" }], []] } });
  assert.equal(t.steps[1]?.label, "replica 1 receives Prepare");
  assert.equal(stepShort(t, t.steps[1] as Step), "receives Prepare");
  assert.equal(t.alternatives[0]?.[0]?.label, "Accept");
});
