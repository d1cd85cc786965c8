// What else could have happened: the other actions on offer, what each would break, and, with a live model, taking one.

import { signal } from "@preact/signals";
import type { Alternative, Trace } from "../core/itf.ts";
import { count } from "../core/words.ts";
import * as api from "./api.ts";
import { go, live, say, select, step, trace, view } from "./store.ts";

/** Offers in the selected state when it is the last of a live path, else in the state before the selected step. */
export function offers(t: Trace, i: number): { at: number; list: Alternative[] } {
  const at = live.value || i === 0 ? i : i - 1;
  return { at, list: t.alternatives[at] ?? [] };
}

/** The full name of the model in which a trace replays: models of one name differ by kind and scope. */
export function liveName(t: Trace): string {
  const c = t.check;
  return c.model === "" ? "" : [c.protocol, c.kind, c.model, c.scope].join("/");
}

/** Offers as they are numbered: what breaks something first, then the one taken, then what has an effect. */
export function ordered(list: Alternative[]): Alternative[] {
  const rank = (a: Alternative): number => (a.breaks.length > 0 ? 0 : a.taken ? 1 : a.effect ? 2 : 3);
  return list.map((a, k) => ({ a, k })).sort((x, y) => rank(x.a) - rank(y.a) || x.k - y.k).map(({ a }) => a);
}

/** The panel. */
export function Elsewhere({ t, i }: { t: Trace; i: number }) {
  const { at, list } = offers(t, i);
  const model = liveName(t);
  if (list.length === 0) {
    const end = live.value && i === t.length - 1;
    return (
      <>
        <p class="muted">{end ? "Nothing: no action is enabled in this state." : t.alternatives.length === 0 ? "This trace does not record it." : "Nothing was recorded for this state."}</p>
        <Continue t={t} model={model} />
      </>
    );
  }
  const all = ordered(list);
  const sorted = all.filter((a) => a.effect || a.taken);
  const idle = all.filter((a) => !a.effect && !a.taken);
  return (
    <>
      <p class="muted">
        {count(sorted.length, "action")} possible in state {at}
        {live.value ? "; a digit takes one" : i > 0 ? `, before step ${i}` : ""}.
      </p>
      <ol class="offers">
        {sorted.slice(0, 60).map((a, n) => (
          <Offer key={`${a.token}${n}`} a={a} n={n} at={at} t={t} />
        ))}
        {sorted.length > 60 && <li class="muted">and {sorted.length - 60} more</li>}
      </ol>
      {idle.length > 0 && (
        <details>
          <summary class="muted">{idle.length} that change nothing</summary>
          <ol class="offers">
            {idle.slice(0, 60).map((a, n) => (
              <Offer key={`${a.token}${n}`} a={a} n={99} at={at} t={t} />
            ))}
          </ol>
        </details>
      )}
      <Continue t={t} model={model} />
    </>
  );
}

function Offer({ a, n, at, t }: { a: Alternative; n: number; at: number; t: Trace }) {
  const words = (
    <>
      {live.value && n < 9 && <kbd>{n + 1}</kbd>} {a.label} <Effect a={a} />
    </>
  );
  return (
    <li class={a.taken ? "taken" : a.breaks.length > 0 ? "breaks" : a.effect ? "" : "idle"}>
      {live.value || (api.served && liveName(t) !== "" && !a.taken) ? (
        <button class="offer" onClick={() => take(t, at, a)}>
          {words}
        </button>
      ) : (
        <span class="offer">{words}</span>
      )}
    </li>
  );
}

function Effect({ a }: { a: Alternative }) {
  if (a.breaks.length > 0) return <span class="tone-violated">✗ breaks {a.breaks.join(", ")}{a.taken ? " (taken)" : ""}</span>;
  if (a.taken) return <b class="muted">taken</b>;
  if (a.outside) return <span class="muted">leaves the bounds</span>;
  return a.effect ? null : <span class="muted">no effect</span>;
}

/** Takes an alternative: the live path is the run up to there, and then this action. */
export function take(t: Trace, at: number, a: Alternative): void {
  if (a.taken && live.value) {
    select(at + 1, "jump");
    return;
  }
  const tokens = live.value ? (view.value.path ?? []) : t.steps.map((s) => s.token);
  const before = live.value ? tokens.slice(0, tokens.length - (t.length - 1 - at)) : tokens.slice(0, at + 1);
  if (!live.value) rememberBranch(tokens);
  else if (before.length < tokens.length) rememberBranch(tokens);
  go({ page: "model", id: live.value ? view.value.id : liveName(t), path: [...before, a.token], step: undefined as never });
}

/** Paths left behind by going another way, newest last: what `[` and `]` switch between. */
const branches = signal<string[][]>([]);

function rememberBranch(tokens: string[]): void {
  if (!branches.value.some((b) => b.join(".") === tokens.join("."))) branches.value = [...branches.value, tokens].slice(-12);
}

/** Goes to the previous or next branch. */
export function switchBranch(by: number): void {
  if (!live.value || branches.value.length === 0) {
    say("No other branch yet: take an alternative first.");
    return;
  }
  const now = (view.value.path ?? []).join(".");
  rememberBranch(view.value.path ?? []);
  const all = branches.value;
  const k = all.findIndex((b) => b.join(".") === now);
  const to = all[(k + by + all.length) % all.length];
  if (to) go({ path: to, step: undefined as never });
}

/** Branches of this sitting, above the axis. */
export function BranchStrip() {
  const known = branches.value;
  if (!live.value || known.length === 0) return null;
  const now = (view.value.path ?? []).join(".");
  const all = known.some((b) => b.join(".") === now) ? known : [...known, view.value.path ?? []];
  return (
    <div class="branches" role="group" aria-label="branches">
      {all.map((b, k) => (
        <button key={b.join(".")} class="tab" aria-pressed={b.join(".") === now} onClick={() => go({ path: b, step: undefined as never })}>
          {k === 0 ? "main" : `branch ${k}`} <span class="muted">{count(Math.max(0, b.length - 1), "step")}</span>
        </button>
      ))}
    </div>
  );
}

function Continue({ t, model }: { t: Trace; model: string }) {
  if (!api.served || model === "") return null;
  if (!live.value) {
    return (
      <button class="wide" onClick={() => go({ page: "model", id: model, path: t.steps.slice(0, step.value + 1).map((s) => s.token), step: undefined as never })}>
        go on live from step {step.value}
      </button>
    );
  }
  return (
    <div class="tabs">
      <button class="tab" onClick={() => void searchHere(12)}>
        search from here for
      </button>
      <select aria-label="what to search for" value={goal.value} onChange={(e) => (goal.value = e.currentTarget.value)}>
        <option value="">any violation</option>
        {t.properties.map((p) => (
          <option key={p.name} value={p.name}>
            {p.kind === "sometimes" ? "a way to" : "breaking"} {p.name}
          </option>
        ))}
      </select>
      {step.value > 0 && (
        <button class="tab" onClick={takeBack}>
          take back a step
        </button>
      )}
    </div>
  );
}

/** The property that a search from here is to break or to reach; empty for breaking any. */
const goal = signal("");

// The path left behind stays as a branch, so that nothing is lost by looking around.
function takeBack(): void {
  rememberBranch(view.value.path ?? []);
  go({ path: (view.value.path ?? []).slice(0, -1), step: undefined as never });
}

async function searchHere(depth: number): Promise<void> {
  const t = trace.value;
  if (t === null) return;
  say("searching …");
  try {
    const path = view.value.path ?? [];
    const cut = path.slice(0, Math.max(1, path.length - (t.length - 1 - step.value)));
    const answer = await api.searchFrom(view.value.id, cut, depth, goal.value);
    say(answer.sentence);
    if (answer.found) {
      rememberBranch(path);
      go({ path: answer.tokens, step: undefined as never });
    }
  } catch (e) {
    say((e as Error).message);
  }
}
