// What the page says in words: the verdict, a step, a moment. One place, so that screen, slider and Markdown agree.

import type { Message, Step, Trace } from "./itf.ts";
import { truth } from "./itf.ts";

/** Verdicts as people and as glyphs; `tone` picks the colour token. */
export interface Verdict {
  word: string;
  glyph: "cross" | "star" | "tick" | "ring" | "dash";
  tone: "violated" | "example" | "ok" | "muted";
}

/** The verdict of a check in words. */
export function verdict(word: string): Verdict {
  switch (word.toLowerCase()) {
    case "violated":
    case "violation":
    case "panicked":
      return { word: word.toLowerCase() === "panicked" ? "PANICKED" : "VIOLATED", glyph: "cross", tone: "violated" };
    case "reached":
    case "example":
    case "witness":
      return { word: "REACHED", glyph: "star", tone: "example" };
    case "complete":
    case "holds":
      return { word: "HOLDS", glyph: "tick", tone: "ok" };
    case "bounded":
    case "sampled":
      return { word: word.toUpperCase(), glyph: "dash", tone: "muted" };
    case "unreached":
      return { word: "NEVER REACHED", glyph: "ring", tone: "violated" };
    case "vacuous":
      return { word: "VACUOUS", glyph: "ring", tone: "violated" };
    default:
      return { word: word === "" ? "TRACE" : word.toUpperCase(), glyph: "dash", tone: "muted" };
  }
}

/** What the check asked, in words. */
export const claimWords = (trace: Trace): string => trace.check.text || trace.check.property || trace.title;

/** An actor's name for people, its id where the trace names none. */
export function actorName(trace: Trace, id: string | undefined): string {
  if (id === undefined) return "the system";
  return trace.actors.find((a) => a.id === id)?.name ?? id;
}

const byId = new WeakMap<Trace, Map<string, Message>>();

/** The message with an id. */
export function message(trace: Trace, id: string | undefined): Message | undefined {
  if (id === undefined) return undefined;
  let known = byId.get(trace);
  if (!known) byId.set(trace, (known = new Map(trace.messages.map((m) => [m.id, m]))));
  return known.get(id);
}

/** One step as a clause: who did what, and from whom it came. */
export function stepWords(trace: Trace, i: number): string {
  const step = trace.steps[i];
  if (step === undefined) return "";
  if (i === 0) return "initial state";
  const got = message(trace, step.recv);
  if (got) return received(trace, step, got);
  const words = step.fault !== undefined && !step.label.toLowerCase().includes(step.fault.toLowerCase()) ? `${step.label} (${step.fault})` : step.label;
  if (step.actor === undefined) return words;
  const name = actorName(trace, step.actor);
  return words.toLowerCase().startsWith(name.toLowerCase()) ? words : `${name}: ${words}`;
}

// The model's own words, where they name the actor, say more than the message does; what they leave out is added.
function received(trace: Trace, step: Step, got: Message): string {
  const me = actorName(trace, step.actor ?? got.dst);
  const from = actorName(trace, got.src);
  if (!step.label.toLowerCase().startsWith(`${me.toLowerCase()} `)) return `${me} receives ${got.label} from ${from}`;
  if (step.label.includes(from) && from !== me) return step.label;
  return `${step.label} (from ${from})`;
}

/** A step in two or three words, for a label on the board: the actor is known from the lane. */
export function stepShort(trace: Trace, step: Step): string {
  const got = message(trace, step.recv);
  if (got) return got.label;
  const name = actorName(trace, step.actor);
  const own = new RegExp(`^${name.replace(/[^\w ]/g, "\\$&")}:? `, "i");
  return step.label.replace(own, "");
}

/** A property as people call it: its sentence, else its id. */
export const propertyName = (p: { name: string; text: string }): string => p.text || p.name;

/** Properties whose value at a state differs from the one before, as `name becomes value`. */
export function flipsAt(trace: Trace, i: number): { name: string; to: string }[] {
  if (i === 0) return trace.properties.filter((p) => p.values[0] === "F" && p.kind !== "sometimes").map((p) => ({ name: propertyName(p), to: "fails" }));
  return trace.properties.filter((p) => p.values[i] !== p.values[i - 1] && p.values[i] !== undefined && p.values[i] !== "?" && p.values[i - 1] !== "?" && p.values[i] !== ".").map((p) => ({ name: propertyName(p), to: flipWord(p.kind, p.values[i]) }));
}

function flipWord(kind: string, value: string | undefined): string {
  if (value === "F") return kind === "sometimes" ? "no longer true" : "violated";
  if (value === "T") return kind === "sometimes" ? "reached" : "holds";
  return truth(value);
}

/** Every step at which some property's value changes to something evaluated. */
export function flips(trace: Trace): number[] {
  const out = new Set<number>();
  for (const p of trace.properties) {
    for (let i = 1; i < trace.length; i++) {
      const [was, is] = [p.values[i - 1], p.values[i]];
      if (was !== is && is !== undefined && is !== "?" && was !== "?") out.add(i);
    }
  }
  if (trace.check.at !== undefined) out.add(trace.check.at);
  return [...out].sort((a, b) => a - b);
}

/** What the slider says: step, event, and what flipped. */
export function moment(trace: Trace, i: number): string {
  const changes = flipsAt(trace, i).map((f) => `${f.name} ${f.to}`);
  return [`step ${i} of ${trace.length - 1}`, stepWords(trace, i), ...changes].filter((x) => x !== "").join(", ");
}

/** The step at which the verdict falls: named by the file, else the first failing state, else the last. */
export function verdictStep(trace: Trace): number {
  if (trace.check.at !== undefined) return Math.min(trace.check.at, trace.length - 1);
  const own = trace.properties.find((p) => p.name === trace.check.property);
  const first = own?.values.indexOf(own.kind === "sometimes" ? "T" : "F") ?? -1;
  return first >= 0 ? first : trace.length - 1;
}

/** The kind of place where a check looked, as a newcomer would say it. */
export function checkWords(trace: Trace): string {
  const c = trace.check;
  const parts = [c.kind, c.protocol, c.model === c.protocol ? "" : c.model, c.scope === "" ? "" : `scope ${c.scope}`];
  if (c.seed !== undefined) parts.push(`seed ${c.seed}`);
  if (c.planted !== undefined) parts.push(`planted defect ${c.planted}`);
  return parts.filter((p) => p !== "").join(" · ");
}

/** `1 step`, `2 steps`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** A command line as it can be pasted into a shell. */
export const shell = (words: readonly string[]): string => words.map((w) => (/^[\w@%+=:,./-]+$/.test(w) ? w : `'${w.replace(/'/g, "'\\''")}'`)).join(" ");

/** Nanoseconds as people say them. */
export function duration(ns: number): string {
  if (ns < 1_000) return `${ns} ns`;
  if (ns < 1_000_000) return `${round(ns / 1e3)} µs`;
  if (ns < 1_000_000_000) return `${round(ns / 1e6)} ms`;
  return `${round(ns / 1e9)} s`;
}

const round = (x: number): string => (x >= 100 ? x.toFixed(0) : x.toFixed(1).replace(/\.0$/, ""));
