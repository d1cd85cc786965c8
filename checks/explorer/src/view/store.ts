// What is on the screen, as signals: the view is the address, everything else follows from it and from the trace.

import { batch, computed, effect, signal } from "@preact/signals";
import { adopt, laneVars } from "../core/adopt.ts";
import { cone, directCauses } from "../core/causal.ts";
import { diff, size } from "../core/diff.ts";
import { columnOf, fold, unfolded } from "../core/fold.ts";
import { fromJson, readTrace, type Trace } from "../core/itf.ts";
import { lasso } from "../core/lasso.ts";
import { modelPart, parse, search } from "../core/search.ts";
import { formatView, parseView, type View } from "../core/url.ts";
import { at, same } from "../core/value.ts";
import { flips, verdictStep } from "../core/words.ts";
import * as api from "./api.ts";
import { embedded, embeddedText, exportNotice } from "./embedded.ts";

export const view = signal<View>(parseView(location.hash, embedded));
export const trace = signal<Trace | null>(null);
export const other = signal<Trace | null>(null);
/** Why there is nothing to show. */
export const problem = signal<string>("");
/** Things the reader has to know about this link or this file. */
export const notices = signal<string[]>([]);
export const verified = signal<api.Verified | null>(null);
/** One line that vanishes again: "copied". */
export const toast = signal<string>("");
export const sheet = signal(false);
export const live = computed(() => view.value.page === "model");
/** The step shift-clicked beside the selected one, for "is one a cause of the other?". */
export const second = signal<number | null>(null);
/** The message under the pointer or the focus. */
export const hovered = signal<string | null>(null);
export const playing = signal(false);
const darkly = matchMedia("(prefers-color-scheme: dark)");
const wishes = signal(darkly.matches);
darkly.addEventListener("change", () => (wishes.value = darkly.matches));
/** The colours: as the address says, else as the reader's system does. */
export const theme = computed(() => view.value.theme ?? (wishes.value ? "dark" : "light"));
/** Width and height of the drawing area, kept by the stage. */
export const room = signal({ width: innerWidth, height: 600, narrow: innerWidth < 700 });

// Parts of the view on their own: what follows from one of them is not computed again when only the step changes.
const query = computed(() => view.value.query ?? "");
const filter = computed(() => view.value.filter);
const zoomWanted = computed(() => view.value.zoom);
const orientation = computed(() => view.value.orientation);
const rangeKey = computed(() => view.value.range?.join("-") ?? "");
/** The steps that keep a column of their own, when a range was dragged. */
export const range = computed(() => (rangeKey.value === "" ? null : (rangeKey.value.split("-").map(Number) as [number, number])));
/** Pinned paths and visible actors, each as one text, so that equal ones are equal. */
const pinKey = computed(() => JSON.stringify(view.value.pins));
const actorKey = computed(() => JSON.stringify(view.value.actors ?? null));
export const pins = computed(() => JSON.parse(pinKey.value) as string[]);
export const shownActors = computed(() => JSON.parse(actorKey.value) as string[] | null);
export const timeScale = computed(() => view.value.axis === "time");
export const searching = computed(() => query.value !== "");

/** The selected step. */
export const step = computed(() => {
  const t = trace.value;
  if (t === null) return 0;
  return Math.max(0, Math.min(view.value.step ?? (live.value ? t.length - 1 : verdictStep(t)), t.length - 1));
});
export const causes = computed(() => (trace.value === null ? [] : directCauses(trace.value)));
export const flipSteps = computed(() => (trace.value === null ? [] : flips(trace.value)));
export const loop = computed(() => (trace.value === null ? null : lasso(trace.value)));
export const hits = computed(() => (trace.value === null ? [] : search(trace.value, parse(query.value))));
/** Steps that a filter keeps, or `null` when nothing is filtered. The cone follows the verdict, so that stepping does not reshape it. */
export const kept = computed<Set<number> | null>(() => {
  const t = trace.value;
  const f = filter.value;
  if (t === null || f === undefined) return null;
  if (f === "cone") return verdictCone.value;
  if (f === "necessary") return new Set(t.steps.flatMap((s, i) => (s.necessary === true ? [i] : [])));
  return new Set(Array.from({ length: t.length }, (_, i) => i).filter((i) => eventful(t, i)));
});
export const columns = computed(() => {
  const t = trace.value;
  if (t === null) return [];
  const keep = kept.value;
  const part = range.value;
  if (keep === null && part === null) return unfolded(t.length);
  const now = step.value;
  const end = verdictStep(t);
  const inside = (i: number): boolean => (keep === null || keep.has(i)) && (part === null || (i >= part[0] && i <= part[1]));
  return fold(t.length, (i) => i === 0 || i === end || i === now || inside(i));
});
export const vertical = computed(() => (orientation.value ?? (room.value.narrow ? "v" : "h")) === "v");
/** Width of a column. Short runs fill the screen, long ones scroll. */
export const zoom = computed(() => {
  const set = zoomWanted.value;
  if (set !== undefined) return Math.max(3, Math.min(120, set));
  if (vertical.value) return 34;
  const fit = Math.floor((room.value.width - 310) / Math.max(1, columns.value.length));
  return Math.max(52, Math.min(110, fit));
});

// A step is eventful when a pinned value, the failing property, or the actor's part named by the check changes.
function eventful(t: Trace, i: number): boolean {
  if (i === 0 || t.steps[i]?.fault !== undefined) return true;
  if (pins.value.some((p) => !same(at(t.states.get(i - 1), p), at(t.states.get(i), p)))) return true;
  return t.properties.some((p) => p.values[i] !== p.values[i - 1]);
}

const sizes = new WeakMap<Trace, Int32Array>();
/** How many places a step changed; remembered. */
export function changeSize(t: Trace, i: number): number {
  let known = sizes.get(t);
  if (!known) sizes.set(t, (known = new Int32Array(t.length).fill(-1)));
  if (i === 0) return 0;
  if ((known[i] as number) < 0) known[i] = size(diff(modelPart(t, i - 1), modelPart(t, i)));
  return known[i] as number;
}

/** Changes the view. Jumps get a place in the history, scrubbing does not. */
export function go(patch: Partial<View>, how: "jump" | "scrub" = "jump"): void {
  const next = { ...view.value, ...patch };
  for (const k of Object.keys(next) as (keyof View)[]) if (next[k] === undefined) delete next[k];
  if (how === "jump") {
    const hash = `#${formatView(next)}`;
    flushAddress();
    if (hash !== location.hash) history.pushState(null, "", hash);
  } else settleAddress();
  const elsewhere = next.page !== view.value.page || next.id !== view.value.id;
  view.value = next;
  if (elsewhere) scrollTo(0, 0);
}

// Browsers refuse an address that changes with every press of a held key, so scrubbing writes it when it comes to rest.
let pending: ReturnType<typeof setTimeout> | undefined;
function settleAddress(): void {
  clearTimeout(pending);
  pending = setTimeout(flushAddress, 120);
}
function flushAddress(): void {
  if (pending === undefined) return;
  clearTimeout(pending);
  pending = undefined;
  history.replaceState(null, "", `#${formatView(view.peek())}`);
}
addEventListener("pagehide", flushAddress);

/** Removes optional parts of the view. */
export function clear(...keys: (keyof View)[]): void {
  const next = { ...view.value };
  for (const k of keys) delete next[k];
  settleAddress();
  view.value = next;
}

/** The address of the view as it is now. */
export function address(): string {
  flushAddress();
  return location.href;
}

/** Says where a range of steps begins or ends; the rest folds. */
export function rangeEnd(which: 0 | 1): void {
  const t = trace.value;
  if (t === null) return;
  const next: [number, number] = [...(range.value ?? [0, t.length - 1])];
  next[which] = step.value;
  if (next[0] > next[1]) next[1 - which] = step.value;
  go({ range: next }, "scrub");
}

/** Selects a step. */
export function select(i: number, how: "jump" | "scrub" = "scrub"): void {
  const t = trace.value;
  if (t === null) return;
  const target = Math.max(0, Math.min(i, t.length - 1));
  if (target !== step.value || view.value.step === undefined) go({ step: target }, how);
}

/** Moves by columns, so that folded runs are one press. */
export function move(by: number): void {
  const c = Math.max(0, Math.min(columnOf(columns.value, step.value) + by, columns.value.length - 1));
  const column = columns.value[c];
  if (column) select(by < 0 ? column.from : column.from);
}

/** Says something for a moment. */
export function say(text: string): void {
  toast.value = text;
  setTimeout(() => {
    if (toast.value === text) toast.value = "";
  }, 2500);
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    say(done ? `${what} copied` : `Could not copy ${what}`);
  }
}

/** Steps that led to the verdict. */
export const verdictCone = computed(() => (trace.value === null ? new Set<number>() : cone(causes.value, verdictStep(trace.value))));

window.addEventListener("popstate", () => (view.value = parseView(location.hash, embedded)));
window.addEventListener("hashchange", () => {
  const next = parseView(location.hash, embedded);
  if (formatView(next) !== formatView(view.value)) view.value = next;
});

// What has to be loaded depends on these parts of the view only.
const wanted = computed(() => {
  const v = view.value;
  return `${v.page}|${v.id}|${v.other ?? ""}|${v.page === "model" ? (v.path ?? []).join(".") : ""}`;
});
let asked = "";

effect(() => {
  const want = wanted.value;
  if (want === asked) return;
  asked = want;
  void load(view.peek(), want);
});

async function load(v: View, want: string): Promise<void> {
  const fresh = (): boolean => asked === want;
  try {
    if (v.page === "trace") {
      const text = v.id === "" && embedded ? await embeddedText() : await api.traceText(v.id);
      if (fresh()) show(readTrace(text, v.id));
      if (fresh() && v.id !== "" && api.served) await check(v.id, fresh);
    } else if (v.page === "model") {
      const answer = await api.livePath(v.id, v.path ?? []);
      if (fresh()) show(fromJson(answer, v.id));
    } else if (v.page === "compare") {
      const [a, b] = await Promise.all([api.traceText(v.id), api.traceText(v.other ?? "")]);
      if (!fresh()) return;
      batch(() => {
        show(readTrace(a, v.id));
        other.value = readTrace(b, v.other ?? "");
      });
    } else {
      batch(() => {
        trace.value = null;
        problem.value = "";
        notices.value = [];
      });
    }
  } catch (e) {
    if (!fresh()) return;
    batch(() => {
      trace.value = null;
      problem.value = (e as Error).message;
    });
  }
}

async function check(id: string, fresh: () => boolean): Promise<void> {
  verified.value = null;
  try {
    const answer = await api.verify(id);
    if (fresh()) verified.value = answer;
  } catch (e) {
    if (fresh()) verified.value = { verified: false, sentence: `not replayed: ${(e as Error).message}` };
  }
}

/** Reads the open trace again, because its file changed. */
export function reload(): void {
  asked = "";
  const want = wanted.peek();
  asked = want;
  void load(view.peek(), want);
}

/** Shows a trace and says what of the link does not fit it. */
export function show(read: Trace): void {
  const v = view.peek();
  const lanes = read.foreign ? (v.lanes ?? remembered(read.source)) : "";
  const t = lanes !== "" && laneVars(read).includes(lanes) ? adopt(read, lanes) : read;
  const odd: string[] = [...(exportNotice === "" ? [] : [exportNotice]), ...t.notices];
  if (v.step !== undefined && v.step >= t.length) odd.push(`This link asks for step ${v.step}; the run ends at step ${t.length - 1}, which is shown.`);
  const last = t.states.get(t.length - 1);
  for (const pin of v.pins) if (at(t.states.get(0), pin) === undefined && at(last, pin) === undefined) odd.push(`This link pins "${pin}", which this run does not have.`);
  const lost = (v.actors ?? []).filter((a) => !t.actors.some((x) => x.id === a));
  if (lost.length > 0) odd.push(`This link shows ${lost.join(", ")}, which this run does not have.`);
  batch(() => {
    trace.value = t;
    problem.value = "";
    notices.value = odd;
    second.value = null;
    verified.value = null;
    // A link may name actors of another version of the model; with none of them left, all are shown.
    if (lost.length > 0 && lost.length === v.actors?.length) clear("actors");
  });
}

/** Shows a trace of another tool with the keys of a variable as lanes, or, without one, as a table; kept for this source. */
export function asLanes(lanes: string): void {
  const t = trace.value;
  if (t === null) return;
  try {
    localStorage.setItem(`lanes ${t.source}`, lanes);
  } catch {
    // A page that may not keep anything forgets.
  }
  go({ lanes }, "scrub");
  show({ ...t, actors: [], spans: [], steps: t.steps.map(({ actor, ...step }) => step) });
}

function remembered(source: string): string {
  try {
    return localStorage.getItem(`lanes ${source}`) ?? "";
  } catch {
    return "";
  }
}

/** Opens a file that was dropped or chosen. */
export async function openFile(file: File): Promise<void> {
  try {
    const t = readTrace(await file.text(), "");
    asked = "file";
    history.replaceState(null, "", "#");
    batch(() => {
      view.value = { ...parseView("#s=", true) };
      asked = wanted.peek();
      show(t);
    });
  } catch (e) {
    notices.value = [`${file.name}: ${(e as Error).message}`];
  }
}
