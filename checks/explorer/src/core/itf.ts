// Reading a trace file: plain ITF, and ITF with the extra `harness` key that says who acted, who said what and what held.

import { buildStates, type StateStore } from "./states.ts";
import { show, type Value } from "./value.ts";

export interface Actor {
  id: string;
  name: string;
  role: string;
  /** Path of this actor's part of the state, when there is one. */
  state?: string;
}

export type Fate = "delivered" | "in-flight" | "dropped" | "duplicated";

export interface Message {
  id: string;
  kind: string;
  label: string;
  src: string;
  dst: string;
  sent: number;
  /** Steps at which it arrived; several when it was duplicated, none while it is in flight or once it is lost. */
  recv: number[];
  fate: Fate;
  /** Step at which it was lost, if known. */
  lost?: number;
}

export interface Step {
  token: string;
  kind: string;
  /** The step in words, without any Debug text. */
  label: string;
  actor?: string;
  recv?: string;
  sends: string[];
  causes: number[];
  time?: number;
  src?: string;
  fault?: string;
  necessary?: boolean;
  /** The event as the checker's own value: what replays. */
  event?: Value;
  /** For refinement: the specification's actions that this step is, `stutter`, or why it is none. */
  abstract?: string;
}

export interface Property {
  /** Short id, `PX-S1`; the name where there is none. */
  name: string;
  /** The property in one sentence; may be empty. */
  text: string;
  kind: string;
  /** One character a state: T holds, F fails, ? not evaluated, . pending. */
  values: string;
}

export interface Alternative {
  token: string;
  label: string;
  taken: boolean;
  /** False when the action would change nothing. */
  effect: boolean;
  /** True when it leads out of the bounds of the search. */
  outside: boolean;
  /** Names of the properties that fail in the state behind it. */
  breaks: string[];
}

export interface Operation {
  id: string;
  actor: string;
  label: string;
  call: number;
  ret?: number;
  result?: string;
  /** Linearisation point, when the checker found one. */
  point?: number;
  refused?: boolean;
}

export interface Span {
  actor: string;
  label: string;
  from: number;
  to?: number;
}

export interface Expected {
  state?: Value;
  /** What the implementation's state stands for, where that is not its own state. */
  found?: Value;
  mismatch: string[];
  action?: string;
}

export interface Check {
  kind: string;
  engine: string;
  protocol: string;
  model: string;
  scope: string;
  /** What the check is about, in one sentence. */
  says: string;
  property: string;
  /** The property in one sentence. */
  text: string;
  expect: string;
  verdict: string;
  at?: number;
  seed?: string;
  replay: string[];
  minimised?: { from: number; method: string };
  exhaustive?: boolean;
  planted?: string;
  panic?: string;
  signature?: string;
  fidelity?: string;
  group?: string;
  config?: Record<string, unknown>;
}

export interface Trace {
  id: string;
  title: string;
  source: string;
  description: string;
  vars: string[];
  /** Number of states; step i leads to state i, step 0 is the initial state. */
  length: number;
  states: StateStore;
  loop?: number;
  foreign: boolean;
  check: Check;
  actors: Actor[];
  messages: Message[];
  steps: Step[];
  properties: Property[];
  /** What could happen in each state; the one taken led to the next. */
  alternatives: Alternative[][];
  ops: Operation[];
  spans: Span[];
  expected: (Expected | null)[];
  annotations: { at: number; actor?: string; text: string }[];
  risk: number[];
  riskMethod?: string;
  notices: string[];
  fairness: string[];
  /** The JSON as it was read, for downloads. */
  raw: Record<string, unknown>;
}

type Json = Record<string, unknown>;
const obj = (v: unknown): Json => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Json) : {});
const arr = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const str = (v: unknown, otherwise = ""): string => (typeof v === "string" ? v : typeof v === "number" || typeof v === "boolean" ? String(v) : otherwise);
const num = (v: unknown): number | undefined => {
  const n = typeof v === "number" ? v : typeof v === "string" && v !== "" ? Number(v) : NaN;
  return Number.isFinite(n) ? n : undefined;
};
const opt = <K extends string, T>(key: K, v: T | undefined | null): Partial<Record<K, T>> => (v === undefined || v === null ? {} : ({ [key]: v } as Record<K, T>));
const optStr = <K extends string>(key: K, v: unknown): Partial<Record<K, string>> => opt(key, typeof v === "string" || typeof v === "number" ? String(v) : undefined);

/** The newest format of the `harness` key that this page knows. */
export const SCHEMA = "protocol-trace/1";

/** What is wrong with a file that cannot be shown at all. */
export class NotATrace extends Error {}

/** Reads the text of a trace file. Throws `NotATrace` with a sentence when it is none. */
export function readTrace(text: string, id = ""): Trace {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw new NotATrace(`This file is not JSON: ${(e as Error).message}`);
  }
  return fromJson(json, id);
}

/** Reads a trace from its parsed JSON. */
export function fromJson(json: unknown, id = ""): Trace {
  const top = obj(json);
  if (!Array.isArray(top["states"]) || top["states"].length === 0) throw new NotATrace("This JSON has no list of states, so it is not an ITF trace.");
  const meta = obj(top["#meta"]);
  const known = schemaKnown(top["harness"]);
  const harness = known.ok ? obj(top["harness"]) : {};
  const states = buildStates(top["states"] as Json[], harness);
  const vars = [...new Set(arr(top["vars"]).map((v) => str(v)))];
  const all = vars.length > 0 ? vars : Object.keys(states.get(0)).filter((k) => k !== "#meta");
  const check = readCheck(obj(harness["check"]), meta);
  const trace: Trace = {
    id,
    title: check.text || check.property || str(meta["description"]) || str(meta["source"]) || "trace",
    source: str(meta["source"]),
    description: str(meta["description"]),
    vars: all.filter((v) => !v.startsWith("mbt::")),
    length: states.length,
    states,
    ...opt("loop", num(top["loop"])),
    foreign: Object.keys(harness).length === 0,
    check,
    actors: arr(harness["actors"]).map(readActor),
    messages: arr(harness["messages"]).map(readMessage),
    steps: [],
    properties: arr(harness["properties"]).map(readProperty),
    alternatives: arr(harness["alternatives"]).map((list) => arr(list).map(readAlternative)),
    ops: arr(harness["ops"]).map(readOperation),
    spans: arr(harness["spans"]).map(readSpan),
    expected: arr(harness["expected"]).map((e) => (e === null || e === undefined ? null : readExpected(obj(e)))),
    annotations: arr(harness["annotations"]).map((a) => ({ at: num(obj(a)["at"]) ?? 0, ...optStr("actor", obj(a)["actor"]), text: str(obj(a)["text"]) })),
    risk: arr(harness["risk"]).map((r) => num(r) ?? 0),
    ...optStr("riskMethod", harness["risk_method"]),
    notices: [...known.notices, ...arr(harness["notices"]).map((n) => str(n))],
    fairness: arr(harness["fairness"]).map((n) => str(n)),
    raw: top,
  };
  trace.steps = readSteps(trace, arr(harness["steps"]));
  return trace;
}

function schemaKnown(harness: unknown): { ok: boolean; notices: string[] } {
  if (harness === undefined) return { ok: false, notices: [] };
  const schema = str(obj(harness)["schema"]);
  if (schema.split("/")[0] === "protocol-trace" && schema.split("/")[1]?.split(".")[0] === "1") return { ok: true, notices: [] };
  return { ok: false, notices: [`This trace says "${schema}", this page knows "${SCHEMA}": only its states are shown.`] };
}

function readCheck(c: Json, meta: Json): Check {
  const status = str(meta["status"]);
  const minimised = obj(c["minimised"]);
  return {
    kind: str(c["kind"]),
    engine: str(c["engine"]),
    protocol: str(c["protocol"]),
    model: str(c["model"]),
    scope: str(c["scope"]),
    says: str(c["says"]),
    property: str(c["property"]),
    text: str(c["text"]),
    expect: str(c["expect"]),
    verdict: str(c["verdict"], status === "violation" ? "violated" : status),
    ...opt("at", num(c["at"])),
    ...optStr("seed", c["seed"]),
    replay: arr(c["replay"]).map((r) => str(r)),
    ...(num(minimised["from"]) === undefined ? {} : { minimised: { from: num(minimised["from"]) as number, method: str(minimised["method"]) } }),
    ...opt("exhaustive", typeof c["exhaustive"] === "boolean" ? c["exhaustive"] : undefined),
    ...optStr("planted", c["planted"]),
    ...optStr("panic", c["panic"]),
    ...optStr("signature", c["signature"]),
    ...optStr("fidelity", c["fidelity"]),
    ...optStr("group", c["group"]),
    ...opt("config", typeof c["config"] === "object" ? (c["config"] as Json) : undefined),
  };
}

function readActor(v: unknown): Actor {
  const a = obj(v);
  return { id: str(a["id"]), name: str(a["name"], str(a["id"])), role: str(a["role"]), ...optStr("state", a["state"]) };
}

function readMessage(v: unknown): Message {
  const m = obj(v);
  const at = num(m["recv"]);
  const fate = str(m["fate"], at !== undefined ? "delivered" : "in-flight") as Fate;
  const arrives = at !== undefined && fate !== "dropped" && fate !== "in-flight";
  return {
    id: str(m["id"]),
    kind: str(m["kind"]),
    label: plain(str(m["label"], str(m["kind"]))),
    src: str(m["src"]),
    dst: str(m["dst"]),
    sent: num(m["sent"]) ?? 0,
    recv: arrives ? [at] : [],
    fate,
    ...opt("lost", fate === "dropped" ? at : undefined),
  };
}

function readProperty(v: unknown): Property {
  const p = obj(v);
  return { name: str(p["name"]), text: str(p["text"]), kind: str(p["kind"], "always"), values: str(p["values"]) };
}

// A model that names its steps by their Debug text is shown without the braces: what is in them is in the state.
const plain = (label: string): string => label.replace(/ ?\{ .*$/s, "").trim() || label;

function readAlternative(v: unknown): Alternative {
  const a = obj(v);
  return { token: str(a["token"]), label: plain(str(a["label"])), taken: a["taken"] === true, effect: a["effect"] !== false, outside: a["outside"] === true, breaks: arr(a["breaks"]).map((f) => str(f)) };
}

function readOperation(v: unknown): Operation {
  const o = obj(v);
  return {
    id: str(o["id"]),
    actor: str(o["actor"]),
    label: str(o["label"]),
    call: num(o["call"]) ?? 0,
    ...opt("ret", num(o["ret"])),
    ...optStr("result", o["result"]),
    ...opt("point", num(o["point"])),
    ...opt("refused", typeof o["refused"] === "boolean" ? o["refused"] : undefined),
  };
}

function readSpan(v: unknown): Span {
  const s = obj(v);
  return { actor: str(s["actor"]), label: str(s["label"]), from: num(s["from"]) ?? 0, ...opt("to", num(s["to"])) };
}

function readExpected(e: Json): Expected {
  return { ...(e["state"] === undefined ? {} : { state: e["state"] }), ...(e["found"] === undefined ? {} : { found: e["found"] }), mismatch: arr(e["mismatch"]).map((m) => str(m)), ...optStr("action", e["action"]) };
}

function readSteps(trace: Trace, steps: unknown[]): Step[] {
  const received = new Map(trace.messages.map((m) => [m.id, m]));
  const out: Step[] = [];
  for (let i = 0; i < trace.length; i++) {
    const s = obj(steps[i]);
    const action = str(s["kind"], i === 0 ? "init" : str(takenAction(trace, i), "step"));
    const message = typeof s["recv"] === "string" ? received.get(s["recv"]) : undefined;
    if (message && !message.recv.includes(i)) message.recv.push(i);
    out.push({
      token: str(s["token"]),
      kind: action,
      label: plain(str(s["label"])) || (message ? `${message.label}` : i === 0 ? "initial state" : describePicks(trace, i, action)),
      ...optStr("actor", s["actor"]),
      ...optStr("recv", s["recv"]),
      sends: arr(s["sends"]).map((x) => str(x)),
      causes: arr(s["causes"]).map((c) => num(c) ?? -1).filter((c) => c >= 0),
      ...opt("time", num(s["time"])),
      ...optStr("src", s["src"]),
      ...optStr("fault", s["fault"]),
      ...opt("necessary", typeof s["necessary"] === "boolean" ? s["necessary"] : undefined),
      ...(s["event"] === undefined ? {} : { event: s["event"] }),
      ...optStr("abstract", s["refines"] ?? s["abstract"]),
    });
  }
  return out;
}

function takenAction(trace: Trace, i: number): Value {
  const state = trace.states.get(i);
  return state["mbt::actionTaken"] ?? state["action_taken"] ?? state["action"];
}

function describePicks(trace: Trace, i: number, action: string): string {
  const picks = trace.states.get(i)["mbt::nondetPicks"];
  const given = Object.entries(obj(picks)).filter(([, v]) => show(v) !== "none");
  return given.length === 0 ? action : `${action} ${given.map(([k, v]) => `${k} ${show(v, 24)}`).join(", ")}`;
}

/** Whether a step of code under refinement is no step of the specification. */
export function unexplained(t: Trace, i: number): boolean {
  if (t.steps[i]?.abstract === undefined) return false;
  return (t.expected[i]?.mismatch.length ?? 0) > 0 || t.properties.some((p) => p.name === "refines" && p.values[i] === "F");
}

/** The value a property has at a state, in words. */
export function truth(c: string | undefined): "holds" | "fails" | "pending" | "not evaluated" {
  return c === "T" ? "holds" : c === "F" ? "fails" : c === "." ? "pending" : "not evaluated";
}
