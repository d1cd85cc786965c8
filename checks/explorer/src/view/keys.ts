// Every key. The sheet that `?` opens is this table.

import { message, shell } from "../core/words.ts";
import { offers, ordered, switchBranch, take } from "./elsewhere.tsx";
import { necessary } from "./panels.tsx";
import { nextHit } from "./searchbox.tsx";
import { copyLink, copyMarkdown } from "./share.tsx";
import { clear, copy, flipSteps, go, live, move, rangeEnd, say, second, select, sheet, step, trace, vertical, view, zoom } from "./store.ts";
import { togglePlay } from "./strip.tsx";
import { focused, togglePin } from "./tree.tsx";
import { compareNearest } from "./compare.tsx";

export interface Key {
  keys: string[];
  shown: string;
  does: string;
  act: (e: KeyboardEvent) => void;
}

const last = (): number => (trace.value?.length ?? 1) - 1;

function onActor(by: 1 | -1): void {
  const t = trace.value;
  if (t === null) return;
  const actor = t.steps[step.value]?.actor;
  for (let i = step.value + by; i >= 0 && i < t.length; i += by) {
    if (t.steps[i]?.actor === actor) return select(i);
  }
  say(by === 1 ? "No later event on this actor." : "No earlier event on this actor.");
}

function flip(by: 1 | -1): void {
  const list = flipSteps.value;
  const next = by === 1 ? list.find((i) => i > step.value) : list.filter((i) => i < step.value).pop();
  if (next === undefined) say(by === 1 ? "No later verdict flip." : "No earlier verdict flip.");
  else select(next, "jump");
}

function otherEnd(back: boolean): void {
  const t = trace.value;
  const s = t?.steps[step.value];
  if (!t || !s) return;
  const got = message(t, s.recv);
  const sent = s.sends.map((id) => message(t, id)).find((m) => m !== undefined && m.recv.length > 0);
  if (!back && sent?.recv[0] !== undefined) select(sent.recv[0], "jump");
  else if (got) select(got.sent, "jump");
  else if (sent?.recv[0] !== undefined) select(sent.recv[0], "jump");
  else say("No message arrives at, or leaves from, this step.");
}

function toggleFilter(f: "cone" | "necessary" | "fold"): void {
  const t = trace.value;
  if (f === "necessary" && t !== null && t.steps.every((s) => s.necessary === undefined)) return void necessary(t);
  if (view.value.filter === f) clear("filter");
  else go({ filter: f }, "scrub");
}

function cycleDiff(): void {
  const d = view.value.diff;
  if (d === undefined) go({ diff: "base" }, "scrub");
  else if (d === "base") go({ diff: "full" }, "scrub");
  else clear("diff");
}

function setBase(): void {
  if (view.value.base === step.value) clear("base");
  else go({ base: step.value, diff: "base" }, "scrub");
}

function zoomBy(factor: number): void {
  go({ zoom: Math.max(3, Math.min(120, Math.round(zoom.value * factor))) }, "scrub");
}

function timeAxis(): void {
  if (trace.value?.steps.every((s) => s.time === undefined) !== false) say("This run has no times.");
  else if (view.value.axis === "time") clear("axis");
  else go({ axis: "time" }, "scrub");
}

function upOneLevel(): void {
  if (sheet.value) sheet.value = false;
  else if (second.value !== null) second.value = null;
  else if (view.value.filter !== undefined) clear("filter");
  else if (view.value.range !== undefined) clear("range");
  else if ((view.value.query ?? "") !== "") clear("query");
  else if (view.value.page !== "runs" && view.value.id !== "") go({ page: "runs", id: "", pins: [], highlights: [] });
}

function takeDigit(e: KeyboardEvent): void {
  const t = trace.value;
  if (t === null || !live.value) return say("Only a live model takes another way: open it from “go on live”.");
  const { at, list } = offers(t, step.value);
  const wanted = ordered(list)[Number(e.key) - 1];
  if (wanted) take(t, at, wanted);
}

/** All keys, in the order of the sheet. */
export const keys: Key[] = [
  { keys: ["ArrowRight", "l"], shown: "→ l", does: "next step", act: () => move(1) },
  { keys: ["ArrowLeft", "h"], shown: "← h", does: "previous step", act: () => move(-1) },
  { keys: ["ArrowDown", "j"], shown: "↓ j", does: "next event on this actor", act: () => (vertical.value ? move(1) : onActor(1)) },
  { keys: ["ArrowUp", "k"], shown: "↑ k", does: "previous event on this actor", act: () => (vertical.value ? move(-1) : onActor(-1)) },
  { keys: ["Home", "g"], shown: "Home g", does: "first step", act: () => select(0, "jump") },
  { keys: ["End", "G"], shown: "End G", does: "last step", act: () => select(last(), "jump") },
  { keys: ["e"], shown: "e", does: "next verdict flip", act: () => flip(1) },
  { keys: ["E"], shown: "E", does: "previous verdict flip", act: () => flip(-1) },
  { keys: ["m"], shown: "m", does: "to where its message arrives (or came from)", act: () => otherEnd(false) },
  { keys: ["M"], shown: "M", does: "to where the received message was sent", act: () => otherEnd(true) },
  { keys: ["/"], shown: "/", does: "search; Enter next, Shift-Enter previous", act: () => document.getElementById("search")?.focus() },
  { keys: ["Enter"], shown: "Enter", does: "next match (live: take the first offer)", act: (e) => ((view.value.query ?? "") === "" && live.value ? takeDigit(new KeyboardEvent("keydown", { key: "1" })) : nextHit(e.shiftKey ? -1 : 1)) },
  { keys: ["c"], shown: "c", does: "only what happened before the verdict, causally", act: () => toggleFilter("cone") },
  { keys: ["n"], shown: "n", does: "only necessary steps", act: () => toggleFilter("necessary") },
  { keys: ["f"], shown: "f", does: "fold quiet steps", act: () => toggleFilter("fold") },
  { keys: [","], shown: ",", does: "fold what is before this step (or drag the axis)", act: () => rangeEnd(0) },
  { keys: ["."], shown: ".", does: "fold what is after this step", act: () => rangeEnd(1) },
  { keys: ["d"], shown: "d", does: "changes: this step, since baseline, whole state", act: cycleDiff },
  { keys: ["b"], shown: "b", does: "set the baseline here", act: setBase },
  { keys: ["p"], shown: "p", does: "pin the value under the pointer as a row", act: () => (focused.value === "" ? say("Point at a value first.") : togglePin(focused.value)) },
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: "1–9", does: "take an alternative (live)", act: takeDigit },
  { keys: ["["], shown: "[", does: "previous branch (live)", act: () => switchBranch(-1) },
  { keys: ["]"], shown: "]", does: "next branch (live)", act: () => switchBranch(1) },
  { keys: ["x"], shown: "x", does: "compare with the nearest passing run", act: () => void compareNearest() },
  { keys: ["z", "+"], shown: "z", does: "zoom in (also Ctrl-wheel)", act: () => zoomBy(1.25) },
  { keys: ["Z", "-"], shown: "Z", does: "zoom out", act: () => zoomBy(0.8) },
  { keys: ["t"], shown: "t", does: "steps or time on the axis", act: timeAxis },
  { keys: ["v"], shown: "v", does: "turn the board", act: () => go({ orientation: vertical.value ? "h" : "v" }, "scrub") },
  { keys: [" "], shown: "Space", does: "play or pause", act: togglePlay },
  { keys: ["y"], shown: "y", does: "copy link", act: () => void copyLink() },
  { keys: ["Y"], shown: "Y", does: "copy as Markdown", act: () => void copyMarkdown() },
  { keys: ["r"], shown: "r", does: "copy replay command", act: () => trace.value && void copy(shell(trace.value.check.replay), "replay command") },
  { keys: ["?"], shown: "?", does: "this sheet", act: () => (sheet.value = !sheet.value) },
  { keys: ["Escape"], shown: "Esc", does: "up one level", act: upOneLevel },
];

const table = new Map(keys.flatMap((k) => k.keys.map((name) => [name, k] as const)));

/** Listens for keys; typing in a field is left alone, and so is what the browser owns. */
export function listen(): void {
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const target = e.target as HTMLElement;
    if (target.matches("input, textarea, select") && e.key !== "Escape") return;
    if (target.matches("button, a, summary, [role=menuitem]") && (e.key === "Enter" || e.key === " ")) return;
    if (target.matches("input") && e.key === "Escape") return;
    const key = table.get(e.key);
    const page = view.value.page;
    if (!key || (trace.value === null && !["?", "Escape", "/"].includes(e.key))) return;
    if (page !== "trace" && page !== "model" && !["?", "Escape", "/", "ArrowLeft", "ArrowRight"].includes(e.key)) return;
    e.preventDefault();
    key.act(e);
  });
}
