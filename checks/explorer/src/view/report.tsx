// The kill matrix: planted defects by layer, and which check notices which.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count } from "../core/words.ts";
import * as api from "./api.ts";
import { Glyph } from "./glyph.tsx";
import { go, problem } from "./store.ts";

const data = signal<api.Kills | null>(null);
const ids = signal(new Map<string, string>());

/** The page. */
export function ReportPage() {
  useEffect(() => {
    document.title = "Quorate: known defects";
    Promise.all([api.killReport(), api.runs()]).then(
      ([kills, list]) => {
        ids.value = new Map(list.runs.map((r) => [r.file, r.id]));
        data.value = kills;
      },
      (e: unknown) => (problem.value = (e as Error).message),
    );
  }, []);
  const r = data.value;
  const missed = r?.defects.filter((d) => Object.values(d.found).some((f) => f?.some((k) => k.verdict === "missed"))).length ?? 0;
  return (
    <main class="runs">
      <div class="headline">
        <button class="back" onClick={() => go({ page: "runs", id: "" })}>
          ‹ all runs
        </button>
        <h1>{r?.title ?? "Known defects"}</h1>
      </div>
      {r === null ? (
        <p class="muted">Reading …</p>
      ) : (
        <>
          <p class="muted about">{r.says}</p>
          <p class={missed > 0 ? "tone-violated" : "tone-ok"}>{missed > 0 ? `✗ ${count(missed, "defect")} of ${r.defects.length} missed.` : `✓ All ${r.defects.length} are noticed where they should be.`}</p>
          <div class="scroll kills" tabIndex={0} role="group" aria-label="defects by layer">
            <table>
              <thead>
                <tr>
                  <th>defect</th>
                  {r.layers.map((l) => (
                    <th key={l}>{l}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {r.defects.map((d) => (
                  <tr key={d.id}>
                    <th scope="row">
                      <b>{d.id}</b> {d.what}
                    </th>
                    {r.layers.map((l) => (
                      <td key={l}>{d.found[l]?.map((k) => <Kill key={k.scope} k={k} />) ?? <span class="muted">·</span>}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </main>
  );
}

function Kill({ k }: { k: api.Kill }) {
  const where = <span class="muted">{k.scope}</span>;
  if (k.verdict === "escapes") return <p class="muted">escapes {where}</p>;
  if (k.verdict === "missed") return <p class="tone-violated">✗ MISSED: {k.properties.join(", ")} {where}</p>;
  const [first = "", ...more] = k.properties;
  const words = `${first}${k.steps === undefined ? "" : ` in ${count(k.steps, "step")}`}`;
  const id = ids.value.get(k.file ?? "");
  return (
    <p>
      <span class="tone-ok">
        <Glyph name="tick" />
      </span>{" "}
      {id === undefined ? words : <a class="steplink" href={`#/t/${id}`}>{words}</a>}
      {more.length > 0 && `, also ${more.join(", ")}`} {where}
    </p>
  );
}
