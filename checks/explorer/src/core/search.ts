// The search box: a small, forgiving language over steps, with order in time.
//
//   words            in the step's label, kind, actor, sender, receiver, or a changed value
//   actor:s1  kind:Accept  changed:owner  fault:crash  fails:agreement
//   servers.s1.ballot > 2      compared in the state after the step
//   A or B, not A, (A)         side by side means "and"
//   A before B                 steps that match B after some step matched A
//   A without B after          steps that match A with no later step matching B

import { diff, flat } from "./diff.ts";
import type { Trace } from "./itf.ts";
import { at, joinPath, show } from "./value.ts";

export type Query =
  | { is: "word"; text: string }
  | { is: "field"; field: string; text: string }
  | { is: "compare"; path: string; op: string; value: string }
  | { is: "and" | "or" | "before" | "without"; left: Query; right: Query }
  | { is: "not"; inner: Query };

type Token = { text: string; quoted: boolean };

const operators = ["<=", ">=", "!=", "=", "<", ">"];

function tokens(text: string): Token[] {
  const out: Token[] = [];
  const pattern = /([^\s"()<>=!]*"[^"]*"[^\s"()<>=!]*)|(<=|>=|!=|==|<|>|=|\(|\))|([^\s"()<>=!]+)|(\S)/g;
  for (const m of text.matchAll(pattern)) {
    if (m[1] !== undefined) out.push({ text: /^"[^"]*"$/.test(m[1]) ? m[1].slice(1, -1) : m[1], quoted: true });
    else out.push({ text: m[2] === "==" ? "=" : m[0], quoted: false });
  }
  return out;
}

/** Reads a query; never fails: what makes no sense is searched as words. `null` for an empty box. */
export function parse(text: string): Query | null {
  const reader = new Reader(tokens(text));
  let query = reader.temporal();
  while (reader.more()) {
    reader.skip();
    const rest = reader.temporal();
    if (rest) query = query ? { is: "and", left: query, right: rest } : rest;
  }
  return query;
}

class Reader {
  private i = 0;
  constructor(private readonly all: Token[]) {}

  more(): boolean {
    return this.i < this.all.length;
  }
  skip(): void {
    this.i++;
  }
  private is(word: string, ahead = 0): boolean {
    const t = this.all[this.i + ahead];
    return t !== undefined && !t.quoted && t.text.toLowerCase() === word;
  }
  temporal(): Query | null {
    let left = this.either();
    for (;;) {
      const word = this.is("before") ? "before" : this.is("without") ? "without" : null;
      if (word === null || left === null) return left;
      this.i++;
      const right = this.either();
      if (this.is("after")) this.i++;
      if (right === null) return left;
      left = { is: word, left, right };
    }
  }
  private either(): Query | null {
    let left = this.both();
    while (left !== null && this.is("or")) {
      this.i++;
      const right = this.both();
      if (right === null) return left;
      left = { is: "or", left, right };
    }
    return left;
  }
  private both(): Query | null {
    let left: Query | null = null;
    while (this.more() && !["or", "before", "without", "after", ")"].some((w) => this.is(w))) {
      if (this.is("and")) {
        this.i++;
        continue;
      }
      const next = this.one();
      if (next !== null) left = left === null ? next : { is: "and", left, right: next };
    }
    return left;
  }
  private one(): Query | null {
    if (!this.more()) return null;
    if (this.is("not")) {
      this.i++;
      const inner = this.one();
      return inner === null ? { is: "word", text: "not" } : { is: "not", inner };
    }
    if (this.is("(")) {
      this.i++;
      const inner = this.temporal();
      if (this.is(")")) this.i++;
      return inner;
    }
    const word = this.all[this.i++] as Token;
    const op = this.all[this.i];
    const value = this.all[this.i + 1];
    if (op && value && !op.quoted && operators.includes(op.text)) {
      this.i += 2;
      return { is: "compare", path: word.text, op: op.text, value: value.text };
    }
    const field = /^(actor|kind|changed|fault|fails|label):(.+)$/.exec(word.text);
    return field ? { is: "field", field: field[1] as string, text: (field[2] as string).replace(/^"|"$/g, "") } : { is: "word", text: word.text };
  }
}

/** The steps that match, in order. */
export function search(trace: Trace, query: Query | null): number[] {
  if (query === null) return [];
  const hits = new Finder(trace).hits(query);
  return [...hits].sort((a, b) => a - b);
}

class Finder {
  private readonly texts: (string | undefined)[] = [];
  private readonly names: Map<string, string>;
  private readonly messages;

  constructor(private readonly trace: Trace) {
    this.names = new Map(trace.actors.map((a) => [a.id, `${a.id} ${a.name} ${a.role}`.toLowerCase()]));
    this.messages = new Map(trace.messages.map((m) => [m.id, m]));
  }

  hits(q: Query): Set<number> {
    switch (q.is) {
      case "and": {
        const right = this.hits(q.right);
        return new Set([...this.hits(q.left)].filter((i) => right.has(i)));
      }
      case "or":
        return new Set([...this.hits(q.left), ...this.hits(q.right)]);
      case "not": {
        const inner = this.hits(q.inner);
        return this.where((i) => !inner.has(i));
      }
      case "before": {
        const first = Math.min(...this.hits(q.left), Infinity);
        return new Set([...this.hits(q.right)].filter((i) => i > first));
      }
      case "without": {
        const last = Math.max(...this.hits(q.right), -1);
        return new Set([...this.hits(q.left)].filter((i) => i >= last));
      }
      case "word":
        return this.where((i) => this.text(i).includes(q.text.toLowerCase()));
      case "field":
        return this.where((i) => this.field(i, q.field, q.text.toLowerCase()));
      case "compare":
        return this.where((i) => compare(at(this.trace.states.get(i), q.path), q.op, q.value));
    }
  }

  private where(test: (i: number) => boolean): Set<number> {
    const out = new Set<number>();
    for (let i = 0; i < this.trace.length; i++) if (test(i)) out.add(i);
    return out;
  }

  private text(i: number): string {
    return (this.texts[i] ??= this.textOf(i));
  }

  private textOf(i: number): string {
    const step = this.trace.steps[i];
    if (!step) return "";
    const parts = [step.label, step.kind, step.fault ?? "", this.names.get(step.actor ?? "") ?? ""];
    for (const id of [step.recv ?? "", ...step.sends]) {
      const m = this.messages.get(id);
      if (m) parts.push(m.label, m.kind, this.names.get(m.src) ?? m.src, this.names.get(m.dst) ?? m.dst);
    }
    for (const note of this.trace.annotations) if (note.at === i) parts.push(note.text);
    for (const { path, change } of this.changes(i)) parts.push(path, show(change.after, 60));
    return parts.join(" ").toLowerCase();
  }

  private changes(i: number): ReturnType<typeof flat> {
    return i === 0 ? [] : changed(this.trace, i);
  }

  private field(i: number, field: string, text: string): boolean {
    const step = this.trace.steps[i];
    if (!step) return false;
    if (field === "actor") return step.actor === text || (this.names.get(step.actor ?? "") ?? "").includes(text);
    if (field === "kind") {
      const kinds = [step.kind, ...[step.recv ?? "", ...step.sends].map((id) => this.messages.get(id)?.kind ?? "")];
      return kinds.some((k) => k.toLowerCase() === text);
    }
    if (field === "changed") return this.changes(i).some((c) => c.path.toLowerCase().includes(text));
    if (field === "fault") return (step.fault ?? "").toLowerCase().includes(text);
    if (field === "fails") return this.trace.properties.some((p) => p.values[i] === "F" && `${p.name} ${p.text}`.toLowerCase().includes(text));
    return step.label.toLowerCase().includes(text);
  }
}

/** The innermost changes that a step made. */
export function changed(trace: Trace, i: number): ReturnType<typeof flat> {
  return flat(diff(modelPart(trace, i - 1), modelPart(trace, i)));
}

/** The model's variables of a state, without the bookkeeping of the format. */
export function modelPart(trace: Trace, i: number): Record<string, unknown> {
  const state = trace.states.get(i);
  return Object.fromEntries(trace.vars.filter((v) => v in state).map((v) => [v, state[v]]));
}

function compare(value: unknown, op: string, wanted: string): boolean {
  if (value === undefined) return false;
  const text = show(value, 10_000);
  const [a, b] = [Number(text), Number(wanted)];
  const numeric = text.trim() !== "" && Number.isFinite(a) && Number.isFinite(b);
  const order = numeric ? Math.sign(a - b) : text.toLowerCase() < wanted.toLowerCase() ? -1 : text.toLowerCase() === wanted.toLowerCase() ? 0 : 1;
  return op === "=" ? order === 0 : op === "!=" ? order !== 0 : op === "<" ? order < 0 : op === ">" ? order > 0 : op === "<=" ? order <= 0 : order >= 0;
}

/** Writes a condition that `search` reads back, for "find steps where this value is". */
export const condition = (names: readonly string[], value: unknown): string => `${joinPath(names)} = ${JSON.stringify(show(value, 200))}`;
