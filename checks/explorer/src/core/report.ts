// The board as text: Markdown with a Mermaid diagram for a pull request, and a Rust test that replays the run.

import { changed } from "./search.ts";
import { show } from "./value.ts";
import type { Trace } from "./itf.ts";
import { actorName, checkWords, claimWords, count, flipsAt, message, shell, stepWords, verdict, verdictStep } from "./words.ts";

/** Steps beyond this are cut from the Markdown, with a line that says so. */
export const LONGEST_TABLE = 200;

/** The trace as Markdown: verdict, steps, a Mermaid `sequenceDiagram`, and the command that replays it. */
export function markdown(trace: Trace, link?: string): string {
  const c = trace.check;
  const at = verdictStep(trace);
  const out = [
    `**${verdict(c.verdict).word}: ${escape(claimWords(trace))}** at step ${at} of ${trace.length - 1}${checkWords(trace) === "" ? "" : ` (${escape(checkWords(trace))})`}`,
    "",
  ];
  if (trace.description !== "") out.push(escape(trace.description), "");
  out.push("| step | what happens | what changes | property |", "|---:|---|---|---|");
  const last = Math.min(trace.length, LONGEST_TABLE + 1);
  for (let i = 1; i < last; i++) {
    const changes = changed(trace, i).map(({ path, change }) => `\`${path}\` ${show(change.before, 24)} → ${show(change.after, 24)}`);
    const flips = flipsAt(trace, i).map((f) => `${f.name}: ${f.to}`);
    const some = changes.length > 3 ? [...changes.slice(0, 3), `and ${changes.length - 3} more`] : changes;
    out.push(`| ${i} | ${cell(stepWords(trace, i))} | ${some.map(cell).join("<br>")} | ${flips.map(cell).join("<br>")} |`);
  }
  if (last < trace.length) out.push("", `${count(trace.length - last, "further step")} left out here.`);
  out.push("", ...mermaidBlock(trace));
  if (c.replay.length > 0) out.push("", "```sh", shell(c.replay), "```");
  if (link !== undefined) out.push("", `Board: ${link}`);
  return `${out.join("\n")}\n`;
}

const escape = (s: string): string => s.replace(/([\\`*_|<>[\]])/g, "\\$1");
const cell = (s: string): string => s.replace(/\|/g, "\\|").replace(/\n/g, " ");

function mermaidBlock(trace: Trace): string[] {
  if (trace.actors.length === 0) return [];
  return ["```mermaid", ...mermaid(trace), "```"];
}

/** The lines of a Mermaid `sequenceDiagram` of the run. */
export function mermaid(trace: Trace): string[] {
  const alias = new Map(trace.actors.map((a, i) => [a.id, `a${i}`]));
  const word = (s: string): string => s.replace(/[#;]/g, ",").replace(/\n/g, " ");
  const out = ["sequenceDiagram", ...trace.actors.map((a) => `  participant ${alias.get(a.id)} as ${word(a.name)}`)];
  const last = Math.min(trace.length, LONGEST_TABLE + 1);
  for (let i = 1; i < last; i++) {
    const step = trace.steps[i];
    if (!step) continue;
    const got = message(trace, step.recv);
    const me = alias.get(step.actor ?? "");
    if (got && alias.has(got.src) && alias.has(got.dst)) out.push(`  ${alias.get(got.src)}->>${alias.get(got.dst)}: ${i} ${word(got.label)}`);
    else if (me !== undefined) out.push(`  Note over ${me}: ${i} ${word(step.label)}`);
    else if (alias.size > 0) out.push(`  Note over a0,a${alias.size - 1}: ${i} ${word(step.label)}`);
    for (const id of step.sends) {
      const m = message(trace, id);
      if (m && m.fate === "dropped" && alias.has(m.src) && alias.has(m.dst)) out.push(`  ${alias.get(m.src)}--x${alias.get(m.dst)}: ${word(m.label)} (lost)`);
    }
    for (const f of flipsAt(trace, i)) if (alias.size > 0) out.push(`  Note over a0,a${alias.size - 1}: ${word(f.name)} ${f.to}`);
  }
  return out;
}

/** A Rust test that replays the run, where the file carries one; only whoever has the model can write it. */
export function rustTest(trace: Trace): string | undefined {
  const given = (trace.raw["harness"] as Record<string, unknown> | undefined)?.["rust_test"];
  return typeof given === "string" ? given : undefined;
}

/** The step as a heading: `acceptor 2 receives Accept 1 from proposer 1`. */
export const heading = (trace: Trace, i: number): string => `${actorName(trace, trace.steps[i]?.actor)}: ${stepWords(trace, i)}`;
