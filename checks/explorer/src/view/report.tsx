// The report of planted defects: which check kills which.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "./api.ts";
import { go, problem } from "./store.ts";

const data = signal<{ title: string; rows: Record<string, string>[] } | null>(null);

/** The page: a table, whatever its columns are. */
export function ReportPage() {
  useEffect(() => {
    api.killReport().then(
      (r) => (data.value = r),
      (e: unknown) => (problem.value = (e as Error).message),
    );
  }, []);
  const r = data.value;
  const heads = [...new Set(r?.rows.flatMap((row) => Object.keys(row)) ?? [])];
  return (
    <main class="runs">
      <div class="headline">
        <button class="back" onClick={() => go({ page: "runs", id: "" })}>
          ‹ all runs
        </button>
        <h1>{r?.title ?? "Report"}</h1>
      </div>
      {r === null ? (
        <p class="muted">Reading …</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="report">
          <table>
            <thead>
              <tr>
                {heads.map((h) => (
                  <th key={h}>{h}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {r.rows.map((row, i) => (
                <tr key={i}>
                  {heads.map((h) => (
                    <td key={h}>{row[h] ?? ""}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}
