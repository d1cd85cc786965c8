// Two runs on one axis: the shared beginning once, then each way on its own, and the states that differ.

import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { align, type Pair } from "../core/align.ts";
import { diff } from "../core/diff.ts";
import type { Trace } from "../core/itf.ts";
import { modelPart } from "../core/search.ts";
import { claimWords, count, stepWords, verdict } from "../core/words.ts";
import * as api from "./api.ts";
import { VerdictMark } from "./glyph.tsx";
import { go, live, other, say, toast, trace, view } from "./store.ts";
import { Difference } from "./tree.tsx";

const both = computed(() => (trace.value === null || other.value === null ? null : align(trace.value, other.value)));
const chosen = signal<number | null>(null);

/** Looks for the passing run that shares most with this one, and compares. */
export async function compareNearest(): Promise<void> {
  const t = trace.value;
  if (t === null || live.value) return;
  if (!api.served || t.id === "") return say("Comparing needs the server: quorate explore.");
  say("looking for the nearest passing run …");
  try {
    const found = await api.nearest(t.id);
    toast.value = "";
    go({ page: "compare", id: t.id, other: found.id, step: undefined as never });
  } catch (e) {
    say((e as Error).message);
  }
}

/** The page. */
export function ComparePage() {
  const a = trace.value;
  const b = other.value;
  const plan = both.value;
  useEffect(() => {
    document.title = "Quorate: compare";
    chosen.value = null;
  }, [a, b]);
  if (a === null || b === null || plan === null) return null;
  const first = plan.pairs.findIndex((p) => p.is !== "same");
  const moved = plan.pairs.filter((p) => p.is === "reordered").length;
  const at = chosen.value ?? (first < 0 ? plan.pairs.length - 1 : first);
  return (
    <main class="compare">
      <div class="headline">
        <button class="back" onClick={() => go({ page: "trace", id: view.value.id })}>
          ‹ back to the run
        </button>
        <h1>Two runs, side by side</h1>
      </div>
      <Runs a={a} b={b} />
      <p>
        {plan.prefix < 0 ? "They differ from the start." : first < 0 ? "They are the same." : `Shared: steps 0 to ${plan.prefix}. First difference: step ${plan.prefix + 1}.`}{" "}
        {moved > 0 && <span class="muted">{count(moved, "step")} in both, in another order.</span>}
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="aligned steps">
        <table class="aligned">
          <thead>
            <tr>
              <th>A</th>
              <th>what A does</th>
              <th>B</th>
              <th>what B does</th>
            </tr>
          </thead>
          <tbody>
            {folded(plan.pairs).map((row) =>
              typeof row === "number" ? (
                <tr key={`f${row}`} class="shared">
                  <td colSpan={4}>{`⋯ the same ${row} steps`}</td>
                </tr>
              ) : (
                <PairRow key={row.k} p={row.p} a={a} b={b} now={row.k === at} pick={() => (chosen.value = row.k)} />
              ),
            )}
          </tbody>
        </table>
      </div>
      <StateDifference a={a} b={b} p={plan.pairs[at]} pairs={plan.pairs} at={at} />
    </main>
  );
}

function Runs({ a, b }: { a: Trace; b: Trace }) {
  const one = (name: string, t: Trace) => (
    <p class="which">
      <b class="letter">{name}</b> <VerdictMark verdict={verdict(t.check.verdict === "open" ? (breaks(t, a) ? "violated" : "holds") : t.check.verdict)} small /> {t.check.verdict === "open" ? claimWords(a) : claimWords(t)} <span class="muted">{count(t.length - 1, "step")}</span>{" "}
      <button class="steplink" onClick={() => go({ page: "trace", id: t.id })}>
        open
      </button>
    </p>
  );
  return (
    <>
      {one("A", a)}
      {one("B", b)}
    </>
  );
}

// Whether a run without a verdict of its own breaks what the other one was about.
const breaks = (t: Trace, asked: Trace): boolean => t.properties.some((p) => p.name === asked.check.property && p.values.includes("F"));

// A long shared beginning is one line; the last three of its steps stay.
function folded(pairs: Pair[]): (number | { p: Pair; k: number })[] {
  const same = pairs.findIndex((p) => p.is !== "same");
  const shared = same < 0 ? pairs.length : same;
  const hide = shared > 5 ? shared - 3 : 0;
  const rows = pairs.map((p, k) => ({ p, k })).slice(hide);
  return hide > 0 ? [hide, ...rows] : rows;
}

function PairRow({ p, a, b, now, pick }: { p: Pair; a: Trace; b: Trace; now: boolean; pick: () => void }) {
  const i = "a" in p ? p.a : undefined;
  const j = "b" in p ? p.b : undefined;
  return (
    <tr class={`${p.is}${now ? " now" : ""}`} onClick={pick} aria-current={now ? "step" : undefined}>
      <td>
        <button class="steplink" onClick={pick}>
          {i ?? "–"}
        </button>
      </td>
      <td>{i === undefined ? "" : stepWords(a, i)}</td>
      <td>{j ?? "·"}</td>
      <td>{p.is === "reordered" ? "the same, at another place" : j === undefined ? "" : p.is === "same" ? "the same" : stepWords(b, j)}</td>
    </tr>
  );
}

function StateDifference({ a, b, p, pairs, at }: { a: Trace; b: Trace; p: Pair | undefined; pairs: Pair[]; at: number }) {
  if (p === undefined) return null;
  const last = (key: "a" | "b"): number => {
    for (let k = at; k >= 0; k--) {
      const pair = pairs[k] as Record<string, unknown> | undefined;
      if (pair && typeof pair[key] === "number") return pair[key];
    }
    return 0;
  };
  const [i, j] = [last("a"), last("b")];
  const change = diff(modelPart(a, i), modelPart(b, j));
  return (
    <section>
      <h2>
        State A {i} against state B {j}
      </h2>
      {change !== null && <p class="muted">Struck through: A alone. Bold: B alone.</p>}
      {change === null ? <p class="muted">The same state.</p> : <Difference key={`${i}-${j}`} change={change} />}
    </section>
  );
}
