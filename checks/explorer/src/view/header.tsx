// The first look: the verdict, what it is about, at which step, and who did it.

import type { Trace } from "../core/itf.ts";
import { checkWords, claimWords, count, shell, stepWords, verdict, verdictStep } from "../core/words.ts";
import { VerdictMark } from "./glyph.tsx";
import { SearchBox } from "./searchbox.tsx";
import { ShareMenu } from "./share.tsx";
import { asLanes, clear, copy, go, live, loop, notices, select, sheet, step, theme, trace, verified, view } from "./store.ts";
import { embedded } from "./embedded.ts";
import { served } from "./api.ts";

/** Verdict, sentence and tools. */
export function Header() {
  const t = trace.value;
  if (t === null) return null;
  return (
    <header class={`head ${verdict(t.check.verdict).tone}`}>
      <div class="headline">
        {served && (
          <button class="back" onClick={() => go({ page: "runs", id: "" })}>
            ‹ all runs
          </button>
        )}
        <Title t={t} />
        <Badge loud={false} />
        <div class="tools">
          <SearchBox />
          {t.check.replay.length > 0 && (
            <button class="wide-only" onClick={() => void copy(shell(t.check.replay), "replay command")} title={shell(t.check.replay)}>
              copy replay
            </button>
          )}
          <ShareMenu />
          <ThemeButton />
          <button aria-label="keys" title="keys (?)" onClick={() => (sheet.value = !sheet.value)}>
            ?
          </button>
        </div>
      </div>
      <Badge loud />
      {!t.foreign && <Sentence t={t} />}
      {t.foreign && t.actors.length > 0 && (
        <p class="tabs sentence">
          Lanes by {t.actors[0]?.role}
          <button class="tab" onClick={() => asLanes("")}>
            show as a table
          </button>
        </p>
      )}
      <Notices />
    </header>
  );
}

function Title({ t }: { t: Trace }) {
  const v = verdict(t.check.verdict);
  const id = t.check.property;
  if (live.value) {
    return (
      <h1>
        <span class="verdict tone-muted">EXPLORING</span> {t.check.model || view.value.id} <span class="muted">{t.check.scope}</span>
      </h1>
    );
  }
  return (
    <h1>
      {t.check.verdict !== "" && <VerdictMark verdict={v} />}{" "}
      <span class="claim">{claimWords(t)}</span>
      {id !== "" && id !== claimWords(t) && <span class="id">{id}</span>}
    </h1>
  );
}

function Broken({ t }: { t: Trace }) {
  const broken = t.properties.filter((p) => p.kind !== "sometimes" && p.values[step.value] === "F");
  if (broken.length === 0) return null;
  return (
    <p class="culprit tone-violated">
      ✗ broken in state {step.value}:{" "}
      {broken.map((p, k) => (
        <span key={p.name}>
          {k > 0 && "; "}
          <b>{p.name}</b> {p.text}
        </span>
      ))}
    </p>
  );
}

function Sentence({ t }: { t: Trace }) {
  if (live.value) {
    return (
      <div class="sentence">
        <Broken t={t} />
        <p class="muted">Every action on offer can be taken. The address is the run: copy it to come back, or to share it.</p>
      </div>
    );
  }
  const at = verdictStep(t);
  const reached = t.check.verdict === "reached";
  const open = !["violated", "reached", "panicked"].includes(t.check.verdict);
  return (
    <div class="sentence">
      {!open && loop.value === null && (
        <p class="culprit">
          <button class="steplink strong" onClick={() => select(at, "jump")}>
            step {at} of {t.length - 1}
          </button>{" "}
          {reached ? "reaches it" : "breaks it"}: <b>{at === 0 ? "the initial state itself" : stepWords(t, at)}</b>
          {point(t)}
        </p>
      )}
      {loop.value !== null && (
        <p class="culprit">
          <b>{loop.value.sentence}</b> {t.fairness.length > 0 && <span class="muted">Assumed: {t.fairness.join(", ")}.</span>}
        </p>
      )}
      {t.check.says !== "" && <p>{t.check.says[0]?.toUpperCase() + t.check.says.slice(1)}.</p>}
      {t.description !== "" && !redundant(t) && <p>{t.description}</p>}
      <p class="muted">
        {[checkWords(t), count(t.length - 1, "step"), count(t.actors.length, "actor"), t.check.minimised ? `shortened from ${t.check.minimised.from}` : "", t.check.expect === "violated" ? "as expected: this variant is known to be wrong" : "", t.check.exhaustive === true ? "shortest: the space was searched to its end" : "", t.check.fidelity === "debug" ? "states read from their Debug text" : ""].filter((x) => x !== "").join(" · ")}
      </p>
      {t.check.panic !== undefined && <p class="tone-violated">{t.check.panic}</p>}
    </div>
  );
}

// The file's own sentence often says what stands above it already.
const redundant = (t: Trace): boolean => t.description.includes("is broken at step") || t.description.includes("is reached at step");

function point(t: Trace) {
  const sure = t.risk.findIndex((r) => r >= 100);
  if (sure <= 0 || sure >= verdictStep(t)) return null;
  return <span class="muted"> Point of no return: from step {sure} on, every continuation that was tried ends this way.</span>;
}

/** Whether the run was replayed, and agreed. Nothing is claimed without it. */
function Badge({ loud }: { loud: boolean }) {
  const v = verified.value;
  const lies = served && !embedded && v !== null && !v.verified && v.unknown !== true;
  if (live.value || loud !== lies) return null;
  if (embedded || !served) return <span class="badge unknown" title="A page from a file cannot replay; the command can.">not replayed here</span>;
  if (v === null) return <span class="badge unknown">replaying …</span>;
  if (v.unknown === true) return <span class="badge unknown">not replayed: {v.sentence}</span>;
  return v.verified ? (
    <span class="badge good" title={v.sentence}>
      ✓ replayed
    </span>
  ) : (
    <p class="badge wrong" role="alert">
      ✗ This trace does not replay: {v.sentence}
    </p>
  );
}

function Notices() {
  if (notices.value.length === 0) return null;
  return (
    <div class="notices" role="status">
      {notices.value.map((n) => (
        <p key={n}>{n}</p>
      ))}
      <button class="tiny" aria-label="dismiss" onClick={() => (notices.value = [])}>
        ×
      </button>
    </div>
  );
}

function ThemeButton() {
  const dark = theme.value === "dark";
  return (
    <button aria-label={dark ? "light colours" : "dark colours"} title={dark ? "light colours" : "dark colours"} onClick={() => (view.value.theme === undefined ? go({ theme: dark ? "light" : "dark" }, "scrub") : clear("theme"))}>
      {dark ? "☀︎" : "☾︎"}
    </button>
  );
}
