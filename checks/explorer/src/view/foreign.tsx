// A trace of another tool: no actors, no messages, but every state, and what changed between them, element by element.

import type { Trace } from "../core/itf.ts";
import { diff } from "../core/diff.ts";
import { modelPart } from "../core/search.ts";
import { same, show } from "../core/value.ts";
import { laneVars } from "../core/adopt.ts";
import { asLanes, hits, select, step } from "./store.ts";
import { Difference, Whole } from "./tree.tsx";

/** Rows of states around the selected one; a long trace is a window over its rows. */
export function Foreign({ t }: { t: Trace }) {
  const i = step.value;
  const from = Math.max(0, Math.min(i - 40, t.length - 81));
  const rows = Array.from({ length: Math.min(81, t.length) }, (_, k) => from + k);
  const found = new Set(hits.value);
  const lanes = laneVars(t);
  return (
    <div class="foreign">
      {lanes.length > 0 && (
        <p class="tabs">
          Lanes by
          {lanes.map((name) => (
            <button key={name} class="tab" onClick={() => asLanes(name)}>
              {name}
            </button>
          ))}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="group" aria-label="states">
        <table>
          <thead>
            <tr>
              <th>step</th>
              {t.steps.some((s, k) => k > 0 && s.label !== "step") && <th>action</th>}
              {t.vars.map((v) => (
                <th key={v}>{v}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((k) => (
              <Row key={k} t={t} k={k} now={k === i} found={found.has(k)} />
            ))}
          </tbody>
        </table>
      </div>
      <section>
        <h2>{i === 0 ? "Initial state" : `What changed at step ${i}`}</h2>
        <Detail t={t} i={i} />
      </section>
    </div>
  );
}

function Row({ t, k, now, found }: { t: Trace; k: number; now: boolean; found: boolean }) {
  const state = t.states.get(k);
  const before = k === 0 ? state : t.states.get(k - 1);
  const named = t.steps.some((s, n) => n > 0 && s.label !== "step");
  return (
    <tr class={`${now ? "now" : ""}${found ? " found" : ""}`} aria-current={now ? "step" : undefined}>
      <th scope="row">
        <button class="steplink" onClick={() => select(k, "jump")}>
          {k}
        </button>
      </th>
      {named && <td>{t.steps[k]?.label}</td>}
      {t.vars.map((v) => (
        <td key={v} class={same(before[v], state[v]) ? "" : "differs"} onClick={() => select(k, "jump")}>
          {show(state[v], 60)}
        </td>
      ))}
    </tr>
  );
}

function Detail({ t, i }: { t: Trace; i: number }) {
  const change = i === 0 ? null : diff(modelPart(t, i - 1), modelPart(t, i));
  if (i > 0 && change === null) return <p class="muted">Nothing.</p>;
  if (change !== null) return <Difference key={i} change={change} />;
  return (
    <ul class="tree whole" key={i}>
      <Whole value={modelPart(t, i)} changed={new Set()} />
    </ul>
  );
}
