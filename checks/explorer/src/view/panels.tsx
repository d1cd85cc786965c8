// The second look: what changed, why it happened, what else could have happened.

import { chain, cone, relation } from "../core/causal.ts";
import { diff, flat } from "../core/diff.ts";
import { unexplained, type Trace } from "../core/itf.ts";
import { modelPart } from "../core/search.ts";
import { at as valueAt, show } from "../core/value.ts";
import { actorName, count, duration, flipsAt, message, stepWords, verdictStep } from "../core/words.ts";
import * as api from "./api.ts";
import { Elsewhere } from "./elsewhere.tsx";
import { Difference, Whole } from "./tree.tsx";
import { causes, clear, go, say, second, select, step, trace, verdictCone, view } from "./store.ts";

/** The three panels under the picture. */
export function Panels() {
  const t = trace.value;
  if (t === null) return null;
  const i = step.value;
  return (
    <div class="panels">
      <section aria-labelledby="h-changed">
        <h2 id="h-changed">{changedTitle(i)}</h2>
        <Modes />
        <Moment t={t} i={i} />
        <Expected t={t} i={i} />
        <Changed t={t} i={i} />
      </section>
      <section aria-labelledby="h-why">
        <h2 id="h-why">Why</h2>
        <Why t={t} i={i} />
      </section>
      <section aria-labelledby="h-else">
        <h2 id="h-else">What else could happen</h2>
        <Elsewhere t={t} i={i} />
      </section>
    </div>
  );
}

function changedTitle(i: number): string {
  const v = view.value;
  if (v.diff === "full") return `State ${i}`;
  if (v.diff === "base") return `Changed since step ${v.base ?? 0}`;
  return i === 0 ? "Initial state" : `What changed at step ${i}`;
}

function Modes() {
  const now = view.value.diff;
  const button = (mode: "base" | "full" | undefined, text: string) => (
    <button class="tab" aria-pressed={now === mode} onClick={() => (mode === undefined ? clear("diff") : go({ diff: mode }, "scrub"))}>
      {text}
    </button>
  );
  return (
    <div class="tabs" role="group" aria-label="compare with">
      {button(undefined, "this step")}
      {button("base", view.value.base === undefined ? "since start" : `since ${view.value.base}`)}
      {button("full", "whole state")}
    </div>
  );
}

function Moment({ t, i }: { t: Trace; i: number }) {
  const s = t.steps[i];
  const flips = flipsAt(t, i);
  if (!s || i === 0) return null;
  return (
    <p class="moment">
      {stepWords(t, i)}
      {s.time !== undefined && <span class="muted"> at {duration(s.time)}</span>}
      {s.src !== undefined && <span class="muted"> ({s.src})</span>}
      {flips.map((f) => (
        <span key={f.name} class={f.to === "violated" ? "flip tone-violated" : f.to === "reached" ? "flip tone-example" : "flip"}>
          {f.name}: <b>{f.to}</b>
        </span>
      ))}
    </p>
  );
}

function Changed({ t, i }: { t: Trace; i: number }) {
  const v = view.value;
  const from = v.diff === "base" ? (v.base ?? 0) : i - 1;
  const now = modelPart(t, i);
  if (v.diff === "full" || i === 0) {
    const changed = new Set(i === 0 ? [] : flat(diff(modelPart(t, i - 1), now)).map((c) => c.path));
    return (
      <ul class="tree whole" key={i}>
        <Whole value={now} changed={changed} />
      </ul>
    );
  }
  const change = diff(modelPart(t, Math.min(from, t.length - 1)), now);
  if (change === null) return <p class="muted">{v.diff === "base" ? `State ${i} is the same as state ${from}.` : "Nothing in the state: only messages moved, or nothing at all."}</p>;
  return (
    <div class="diff" key={`${i}-${from}`}>
      <Difference change={change} />
    </div>
  );
}

function Expected({ t, i }: { t: Trace; i: number }) {
  const e = t.expected[i];
  const s = t.steps[i];
  if ((e === null || e === undefined) && s?.abstract === undefined) return null;
  const wrong = unexplained(t, i);
  const why = wrong && s?.abstract !== "none fits" ? s?.abstract : undefined;
  const beside = e?.found === undefined ? null : diff(e.state, e.found);
  const before = t.expected[i - 1]?.state;
  const moved = e?.state === undefined || before === undefined ? e?.mismatch : flat(diff(before, e.state)).map((c) => c.path);
  return (
    <div class={wrong ? "expected wrong" : "expected"}>
      <h3>Specification beside implementation</h3>
      <p>
        {wrong ? (
          <>
            <b>No step of the specification leads from the state before to this one.</b> {why !== undefined && <span class="why">{why[0]?.toUpperCase() + why.slice(1)}</span>}
          </>
        ) : (
          <>
            {s?.abstract === "stutter" ? "To the specification nothing happens: the step is a stutter." : <>To the specification this step is <b>{s?.abstract ?? e?.action ?? "unnamed"}</b>.</>}
          </>
        )}
      </p>
      {wrong && beside !== null && (
        <>
          <p class="muted">Where the specification's steps lead, and what the code stands for instead:</p>
          <Difference change={beside} />
        </>
      )}
      {wrong && beside === null && (e?.mismatch.length ?? 0) > 0 && (
        <table>
          <thead>
            <tr>
              <th>place</th>
              <th>model expects</th>
              <th>implementation has</th>
            </tr>
          </thead>
          <tbody>
            {e?.mismatch.map((path) => (
              <tr key={path}>
                <td>{path}</td>
                <td>{valueAt(e.state, path) === undefined ? "absent" : show(valueAt(e.state, path), 60)}</td>
                <td>
                  <b>{valueAt(modelPart(t, i), path) === undefined ? "absent" : show(valueAt(modelPart(t, i), path), 60)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {e?.state !== undefined && (
        <details>
          <summary>the specification's state</summary>
          <ul class="tree whole">
            <Whole value={e.state} changed={new Set(moved)} />
          </ul>
        </details>
      )}
    </div>
  );
}

function Why({ t, i }: { t: Trace; i: number }) {
  const past = cone(causes.value, i);
  const got = message(t, t.steps[i]?.recv);
  const end = verdictStep(t);
  const list = [...past].filter((k) => k !== i).sort((a, b) => b - a);
  const toEnd = i < end ? chain(causes.value, i, end) : null;
  const known = t.steps.some((s) => s.necessary !== undefined);
  const needed = t.steps.flatMap((s, k) => (s.necessary === true ? [k] : []));
  return (
    <>
      {second.value !== null && <p class="answer">{relation(causes.value, second.value, i)}</p>}
      {got && (
        <p>
          <b>{got.label}</b> from {actorName(t, got.src)}, sent at <Step i={got.sent} />.
        </p>
      )}
      {i > 0 && (
        <p>
          {list.length === 0 ? "No earlier step is a cause of this one." : `${count(list.length, "earlier step")} of ${i - 1} led here.`}{" "}
          {i < end && (toEnd === null ? `It is no cause of the ${t.check.verdict === "reached" ? "result" : "violation"} at step ${end}.` : "")}
          {toEnd !== null && (
            <>
              It leads to step {end}
              {toEnd.length > 2 ? ` via ${toEnd.slice(1, -1).join(" → ")}` : " directly"}.
            </>
          )}
        </p>
      )}
      <ol class="causes" aria-label="causes, latest first">
        {list.slice(0, 8).map((k) => (
          <li key={k}>
            <Step i={k} /> {stepWords(t, k)}
          </li>
        ))}
        {list.length > 8 && <li class="muted">and {count(list.length - 8, "earlier cause")}</li>}
      </ol>
      <Filters t={t} known={known} needed={needed.length} />
      {known && t.steps[i]?.necessary !== undefined && i > 0 && <p class="muted">{t.steps[i]?.necessary === true ? `Without step ${i} the run no longer ends this way.` : `Without step ${i} it ends the same way: the step is not needed.`}</p>}
    </>
  );
}

/** A step number that leads there. */
export function Step({ i }: { i: number }) {
  return (
    <button class="steplink" onClick={() => select(i, "jump")}>
      step {i}
    </button>
  );
}

// The answer is a trace of its own; the view moves to it, and Back returns.
async function remade(t: Trace, make: (id: string) => Promise<{ id: string; sentence: string }>, what: string): Promise<void> {
  say("replaying …");
  try {
    const made = await make(t.id);
    say(what === "shorter" ? made.sentence : "done");
    if (what === "risk") go({ id: made.id });
    else if (what === "necessary") go({ id: made.id, filter: "necessary" });
    else go({ id: made.id, step: undefined as never });
  } catch (e) {
    say((e as Error).message);
  }
}

/** Asks which steps are necessary, and keeps only these. */
export async function necessary(t: Trace): Promise<void> {
  if (api.served && t.id !== "" && view.value.page === "trace") await remade(t, api.necessary, "necessary");
  else say("Which steps are necessary takes the server: quorate explore.");
}

function Filters({ t, known, needed }: { t: Trace; known: boolean; needed: number }) {
  const f = view.value.filter;
  const toggle = (to: "cone" | "necessary" | "fold", text: string, title: string) => (
    <button class="tab" aria-pressed={f === to} title={title} onClick={() => (f === to ? clear("filter") : go({ filter: to }, "scrub"))}>
      {text}
    </button>
  );
  if (t.length < 2) return null;
  const inCone = verdictCone.value.size;
  return (
    <div class="tabs" role="group" aria-label="show only">
      {toggle("cone", `only causes of step ${verdictStep(t)} (${inCone} of ${t.length - 1})`, `steps without which step ${verdictStep(t)} could not have happened (c)`)}
      {known && toggle("necessary", `only necessary (${needed})`, "steps without which it does not end this way (n)")}
      {!known && api.served && t.id !== "" && view.value.page === "trace" && (
        <button class="tab" title="replay the run once without each step" onClick={() => void necessary(t)}>
          which are necessary?
        </button>
      )}
      {api.served && t.id !== "" && view.value.page === "trace" && t.check.exhaustive !== true && t.check.minimised === undefined && (
        <button class="tab" title="drop what the finding does not need" onClick={() => void remade(t, api.minimise, "shorter")}>
          shorten
        </button>
      )}
      {t.risk.length === 0 && api.served && t.id !== "" && view.value.page === "trace" && t.check.at !== undefined && (
        <button class="tab" title="from each state, how many random continuations end this way" onClick={() => void remade(t, api.risk, "risk")}>
          how likely from where?
        </button>
      )}
      {toggle("fold", "fold quiet steps", "steps that change neither a property nor a pinned value (f)")}
    </div>
  );
}
