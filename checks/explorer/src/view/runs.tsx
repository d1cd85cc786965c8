// Home: every stored run, grouped by what it is, each with verdict, place and size of its changes.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count, verdict, type Verdict } from "../core/words.ts";
import * as api from "./api.ts";
import { Glyph, VerdictMark } from "./glyph.tsx";
import { go, openFile, reload, view } from "./store.ts";

const runs = signal<api.Runs | null>(null);
const failed = signal("");
const wanted = signal<string>("all");

/** The groups in the order of the page; what nobody expected comes first. */
const groups: { id: string; title: string; about: string }[] = [
  { id: "failure", title: "Unexpected", about: "A check expected otherwise: these need a person." },
  { id: "refutation", title: "Refuted, as expected", about: "Claims that are known to be wrong; each has its shortest counterexample." },
  { id: "demonstration", title: "Demonstrations", about: "Runs worth looking at, of systems that are right." },
  { id: "planted", title: "Planted defects", about: "Known-wrong variants that the checks must catch: they show that the checks have teeth." },
  { id: "witness", title: "Witnesses", about: "What can be reached, and how." },
  { id: "foreign", title: "Other traces", about: "Files of other tools, or without a verdict." },
];

/** Fetches the list and goes on fetching it whenever the folder changes. */
export async function follow(): Promise<void> {
  let version = 0;
  for (;;) {
    try {
      const next = await api.runs();
      failed.value = "";
      if (runs.value !== null && next.version !== runs.value.version && (view.value.page === "trace" || view.value.page === "compare")) reload();
      runs.value = next;
      version = next.version;
      await api.events(version);
    } catch (e) {
      failed.value = (e as Error).message;
      await new Promise((done) => setTimeout(done, 3000));
    }
  }
}

/** Drop zone and file chooser: any ITF file opens on the same board. */
export function OpenFile({ children }: { children?: preact.ComponentChildren }) {
  return (
    <label class="open-file">
      {children ?? "open a trace file"}
      <input type="file" accept=".json,.itf" onChange={(e) => e.currentTarget.files?.[0] && void openFile(e.currentTarget.files[0])} />
    </label>
  );
}

/** The page. */
export function RunsPage() {
  const list = runs.value;
  const q = (view.value.query ?? "").toLowerCase();
  useEffect(() => {
    document.title = "Quorate: runs";
  }, []);
  if (!api.served) return <Welcome />;
  if (list === null) return <main class="runs">{failed.value === "" ? <p class="muted">Reading …</p> : <p class="tone-violated">{failed.value}</p>}</main>;
  const match = (r: api.RunRow): boolean => `${r.protocol} ${r.model} ${r.scope} ${r.kind} ${r.property} ${r.says} ${r.text} ${r.description} ${r.verdict}`.toLowerCase().includes(q);
  const chosen = list.runs.filter((r) => (q === "" || match(r)) && (wanted.value === "all" || r.group === wanted.value));
  return (
    <main class="runs">
      <div class="headline">
        <h1>Runs</h1>
        <div class="tools">
          <form class="search" role="search" onSubmit={(e) => e.preventDefault()}>
            <input id="search" type="search" placeholder="find a run  /" aria-label="find a run" value={view.value.query ?? ""} onInput={(e) => go({ query: e.currentTarget.value }, "scrub")} />
          </form>
          <OpenFile />
          {list.report !== undefined && <button onClick={() => go({ page: "report", id: "" })}>known defects by layer</button>}
        </div>
      </div>
      <Summary list={list} />
      {failed.value !== "" && <p class="tone-violated">The server does not answer: {failed.value}</p>}
      {list.runs.length === 0 && <Empty folder={list.folder} />}
      {groups.map((g) => {
        const rows = chosen.filter((r) => r.group === g.id);
        return rows.length === 0 ? null : <Group key={g.id} {...g} rows={rows} />;
      })}
      {list.runs.length > 0 && chosen.length === 0 && <p class="muted">No run matches.</p>}
      <Models models={list.models} />
    </main>
  );
}

function Summary({ list }: { list: api.Runs }) {
  const n = (id: string): number => list.runs.filter((r) => r.group === id).length;
  const tab = (id: string, text: string) => (
    <button class="tab" aria-pressed={wanted.value === id} onClick={() => (wanted.value = id)}>
      {text}
    </button>
  );
  return (
    <div class="tabs" role="group" aria-label="show">
      {tab("all", `all ${list.runs.length}`)}
      {groups.filter((g) => n(g.id) > 0).map((g) => tab(g.id, `${g.title.toLowerCase()} ${n(g.id)}`))}
      <span class="muted folder">{list.folder}</span>
    </div>
  );
}

function Group({ id, title, about, rows }: { id: string; title: string; about: string; rows: api.RunRow[] }) {
  const bySignature = new Map<string, api.RunRow[]>();
  for (const r of rows) {
    const key = r.signature === "" ? r.id : `${r.signature}|${r.model}`;
    bySignature.set(key, [...(bySignature.get(key) ?? []), r]);
  }
  return (
    <section aria-labelledby={`g-${id}`}>
      <h2 id={`g-${id}`}>
        {title} <span class="muted">{rows.length}</span>
      </h2>
      <p class="muted about">{about}</p>
      <ul class="list">
        {[...bySignature.values()].map((same) => (
          <RunItem key={(same[0] as api.RunRow).id} r={same[0] as api.RunRow} alike={same.slice(1)} />
        ))}
      </ul>
    </section>
  );
}

function RunItem({ r, alike }: { r: api.RunRow; alike: api.RunRow[] }) {
  if (r.problem !== undefined) {
    return (
      <li class="run">
        <span class="verdict tone-violated">
          <Glyph name="ring" /> UNREADABLE
        </span>
        <span class="what">
          <a href={`#/t/${encodeURIComponent(r.id)}`}>
            <b>{r.file}</b>
          </a>{" "}
          <span class="muted">{r.problem}</span>
        </span>
      </li>
    );
  }
  return (
    <li class={`run ${r.verdict}`}>
      <VerdictMark verdict={meaning(r)} small />
      <a class="what" href={`#/t/${encodeURIComponent(r.id)}`} onClick={(e) => open(e, r.id)}>
        <b>{r.model || r.file}</b> {(r.group === "planted" && r.says) || r.text || r.property || r.description}
        {r.property !== "" && r.text !== "" && (
          <span class="id" title={r.text}>
            {r.property}
          </span>
        )}
        {r.group === "refutation" && r.says !== "" && <span class="muted says">{r.says}</span>}
      </a>
      <span class="where muted">{[r.kind, r.scope].filter((x) => x !== "").join(" · ")}</span>
      <Spark sizes={r.spark} at={r.at} />
      <span class="place muted">
        step {r.at} of {r.steps}
      </span>
      {alike.length > 0 && (
        <details class="alike">
          <summary title="the same failure, found elsewhere too">+{alike.length} alike</summary>
          <div>
            {alike.map((a) => (
              <a key={a.id} href={`#/t/${encodeURIComponent(a.id)}`} onClick={(e) => open(e, a.id)}>
                {a.kind} {a.scope}: step {a.at} of {a.steps}
              </a>
            ))}
          </div>
        </details>
      )}
    </li>
  );
}

// A refutation that was expected is a success of the check, and so is a planted defect that was caught.
function meaning(r: api.RunRow): Verdict {
  if (r.group === "refutation") return { word: "REFUTED", glyph: "cross", tone: "muted" };
  if (r.group === "planted") return { word: "CAUGHT", glyph: "tick", tone: "ok" };
  return verdict(r.verdict);
}

function open(e: MouseEvent, id: string): void {
  if (e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  go({ page: "trace", id, query: undefined as never });
}

function Spark({ sizes, at }: { sizes: number[]; at: number }) {
  const most = Math.max(1, ...sizes);
  const wide = 120 / Math.max(12, sizes.length);
  return (
    <svg class="spark" viewBox="0 0 120 18" aria-hidden="true">
      {sizes.map((n, i) => (
        <rect key={i} x={i * wide} y={18 - Math.max(1, (16 * n) / most)} width={Math.max(0.6, wide - 1)} height={Math.max(1, (16 * n) / most)} class={i === at ? "now" : ""} />
      ))}
    </svg>
  );
}

function Models({ models }: { models: api.ModelRow[] }) {
  if (models.length === 0) return null;
  const planted = models.filter((m) => m.kind === "planted");
  return (
    <section aria-labelledby="g-models">
      <h2 id="g-models">Drive a model</h2>
      <p class="muted about">Take any action, see what it breaks before it is taken, and look at the space of states.</p>
      <ModelList models={models.filter((m) => m.kind !== "planted")} />
      {planted.length > 0 && (
        <details>
          <summary>{count(planted.length, "planted variant")}</summary>
          <ModelList models={planted} />
        </details>
      )}
    </section>
  );
}

function ModelList({ models }: { models: api.ModelRow[] }) {
  return (
    <ul class="models">
      {models.map((m) => (
        <li key={m.name}>
          <span>
            <b>{m.model}</b> <span class="muted">{[m.kind === "exhaustive" ? "" : m.kind, m.scope].filter((x) => x !== "").join(" · ")}</span> {m.says}
          </span>
          <button aria-label={`drive ${m.name}`} onClick={() => go({ page: "model", id: m.name, path: [], query: undefined as never })}>
            drive
          </button>
          <button aria-label={`space of ${m.name}`} onClick={() => go({ page: "space", id: m.name, query: undefined as never })}>
            space
          </button>
        </li>
      ))}
    </ul>
  );
}

function Empty({ folder }: { folder: string }) {
  return (
    <section class="empty">
      <p>
        No traces in <code>{folder}</code> yet. A check writes one for every counterexample and every witness:
      </p>
      <pre>cargo run --release --bin quorate -- check</pre>
      <p class="muted">This page shows them as they appear.</p>
    </section>
  );
}

/** What a page from a file shows when it carries no trace. */
export function Welcome() {
  return (
    <main class="runs">
      <h1>Open a trace</h1>
      <section class="empty">
        <p>Drop an ITF file (*.itf.json) anywhere on this page, or choose one. It is read here and goes nowhere.</p>
        <OpenFile>choose a file</OpenFile>
      </section>
    </main>
  );
}

/** Reports where nothing can be shown. */
export function Problem({ text }: { text: string }) {
  return (
    <main class="runs">
      <h1>This link shows nothing</h1>
      <section class="empty" role="alert">
        <p>{text}</p>
        {api.served ? (
          <button onClick={() => go({ page: "runs", id: "" })}>all runs</button>
        ) : (
          <OpenFile>open a trace file</OpenFile>
        )}
      </section>
    </main>
  );
}
