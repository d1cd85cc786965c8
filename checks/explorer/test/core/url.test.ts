import assert from "node:assert/strict";
import { test } from "node:test";
import { formatView, parseView, type View } from "../../src/core/url.ts";
import { Random } from "./random.ts";

function anyView(r: Random): View {
  const page = r.pick(["runs", "trace", "compare", "model", "space", "report"] as const);
  const odd = (): string => r.pick(["3f9c2a", "a b", "x/y", "ü&=?#,", "servers.s1.epoch", 'q="é"', "100%", "a+b"]);
  const id = page === "runs" || page === "report" ? "" : odd();
  const v: View = { page, id, pins: Array.from({ length: r.below(3) }, odd), highlights: Array.from({ length: r.below(3) }, () => r.below(99)) };
  if (page === "compare") v.other = odd();
  if (page === "model") v.path = Array.from({ length: r.below(4) }, () => r.pick(["9d31", "77c0", "a1~1"]));
  if (r.below(2)) v.step = r.below(500);
  if (r.below(2)) v.filter = r.pick(["cone", "necessary", "fold"] as const);
  if (r.below(2)) v.actors = [odd(), odd()];
  if (r.below(2)) v.base = r.below(9);
  if (r.below(2)) v.diff = r.pick(["base", "full"] as const);
  if (r.below(2)) v.query = odd();
  if (r.below(2)) v.zoom = 3 + r.below(60);
  if (r.below(2)) v.orientation = r.pick(["h", "v"] as const);
  if (r.below(2)) v.axis = "time";
  if (r.below(2)) v.theme = r.pick(["light", "dark"] as const);
  return v;
}

test("every view survives its address", () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const view = anyView(new Random(seed));
    assert.deepEqual(parseView(`#${formatView(view)}`), view, `seed ${seed}: ${formatView(view)}`);
  }
});

test("the page that carries its trace is addressed without an id", () => {
  assert.deepEqual(parseView("#s=11", true), { page: "trace", id: "", step: 11, pins: [], highlights: [] });
  assert.equal(parseView("", true).page, "trace");
  assert.equal(parseView("").page, "runs");
});

test("nonsense in an address is dropped, never fatal", () => {
  for (const odd of ["#/t/%E0%A4%A", "#/zzz?s=-1&s=x", "#s=&hl=a,b", "#/m//..", "#?&&=", "#/t/a?v=q&theme=pink&z=-2"]) assert.equal(typeof parseView(odd).page, "string");
  assert.equal(parseView("#/t/a?s=x").step, undefined);
});
