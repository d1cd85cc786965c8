// Values and differences as trees: what is gone is struck through, what is new is bold, "absent" is said in words.

import { useState } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Change } from "../core/diff.ts";
import { children, joinPath, show, type Value } from "../core/value.ts";
import { go, view } from "./store.ts";
import { Glyph } from "./glyph.tsx";

/** The path of the value that has the focus or the pointer: what `p` pins. */
export const focused = signal<string>("");

/** Pins or unpins a path. */
export function togglePin(path: string): void {
  const pins = view.value.pins;
  go({ pins: pins.includes(path) ? pins.filter((p) => p !== path) : [...pins, path] }, "scrub");
}

function PinButton({ path }: { path: string }) {
  const on = view.value.pins.includes(path);
  return (
    <button class={on ? "tiny pin on" : "tiny pin"} aria-pressed={on} aria-label={`${on ? "unpin" : "pin"} ${path}`} title={on ? "take the row away" : "show as a row (p)"} onClick={() => togglePin(path)}>
      <Glyph name="pin" />
    </button>
  );
}

function Label({ name, path }: { name: string; path: string }) {
  return (
    <span class="place" onPointerEnter={() => (focused.value = path)}>
      {name}
    </span>
  );
}

// An element of a set has no name but itself.
const isElement = (c: Change): boolean => (c.kind === "added" || c.kind === "removed") && c.key === undefined && c.from === undefined && c.name === show(c.kind === "added" ? c.after : c.before, 60);

/** A difference as a list. */
export function Difference({ change }: { change: Change }) {
  return (
    <ul class="tree">
      {change.kind === "inside" && change.name === "" && change.under.length > 1 ? change.under.map((c, i) => <Part key={i} change={c} names={[]} />) : <Part change={change} names={[]} />}
    </ul>
  );
}

function Part({ change, names }: { change: Change; names: string[] }) {
  const here = change.name === "" ? names : [...names, change.name];
  const path = joinPath(here);
  if (change.kind === "inside") {
    // A chain of places with nothing beside them reads as one: servers › s1.
    let inner = change;
    const chain = change.name === "" ? [] : [change.name];
    let at = here;
    while (inner.under.length === 1 && inner.under[0]?.kind === "inside") {
      inner = inner.under[0];
      chain.push(inner.name);
      at = [...at, inner.name];
    }
    const list = inner.under.map((c, i) => <Part key={`${c.kind}${c.name}${i}`} change={c} names={at} />);
    return (
      <li>
        <Label name={chain.join(" › ")} path={joinPath(at)} />
        <ul>{list}</ul>
      </li>
    );
  }
  return (
    <li class={`leaf ${change.kind}`} onPointerEnter={() => (focused.value = path)}>
      {!isElement(change) && <Label name={change.name} path={path} />}{" "}
      <span class="values">
        {change.kind === "removed" ? <s>{show(change.before, 120)}</s> : change.kind === "added" ? null : <s>{show(change.before, 120)}</s>}
        {change.kind === "changed" && <span class="arrow"> → </span>}
        {change.kind === "removed" ? <em> absent now</em> : <b>{show(change.after, 160)}</b>}
        {change.kind === "added" && <em> new</em>}
      </span>
      <PinButton path={path} />
    </li>
  );
}

/** A whole value, opened level by level; places that changed are marked. */
export function Whole({ value, names = [], name = "", changed, depth = 0 }: { value: Value; names?: string[]; name?: string; changed: ReadonlySet<string>; depth?: number }) {
  const here = name === "" ? names : [...names, name];
  const path = joinPath(here);
  const inside = children(value);
  const text = show(value, 48);
  const short = inside.length === 0 || (depth > 0 && show(value, 60).length <= 44);
  const touched = [...changed].some((c) => c === path || c.startsWith(`${path}.`));
  const [open, setOpen] = useState(depth < 2 || touched);
  if (short) {
    return (
      <li class={touched ? "leaf touched" : "leaf"} onPointerEnter={() => (focused.value = path)}>
        <Label name={name} path={path} /> <span class="values">{touched ? <b>{show(value, 200)}</b> : show(value, 200)}</span>
        <PinButton path={path} />
      </li>
    );
  }
  return (
    <li class={touched ? "touched" : ""}>
      {name !== "" && (
        <button class="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "▾" : "▸"} {name} {!open && <span class="values">{text}</span>}
        </button>
      )}
      {(open || name === "") && (
        <ul>
          {inside.slice(0, 200).map(([k, v], i) => (
            <Whole key={`${k}${i}`} value={v} names={here} name={k} changed={changed} depth={depth + 1} />
          ))}
          {inside.length > 200 && <li>… {inside.length - 200} more</li>}
        </ul>
      )}
    </li>
  );
}
