// Values of the Informal Trace Format (ITF), told apart, shown to people, compared and walked by path.

/** Any ITF value as it stands in the JSON text. */
export type Value = unknown;

/** What a value is; a variant is a record of exactly `tag` and `value`, as Quint and serde enums are written. */
export type Shape =
  | { is: "atom"; text: string }
  | { is: "variant"; tag: string; value: Value }
  | { is: "record"; fields: [string, Value][] }
  | { is: "list"; items: Value[] }
  | { is: "tuple"; items: Value[] }
  | { is: "set"; items: Value[] }
  | { is: "map"; entries: [Value, Value][] };

const isObject = (v: Value): v is Record<string, Value> => typeof v === "object" && v !== null && !Array.isArray(v);

/** Tells the shape of a value; unknown `#` markers are shown as atoms, never refused. */
export function shape(v: Value): Shape {
  if (Array.isArray(v)) return { is: "list", items: v };
  if (!isObject(v)) return { is: "atom", text: v === undefined ? "absent" : String(v) };
  if ("#bigint" in v) return { is: "atom", text: String(v["#bigint"]) };
  if (Array.isArray(v["#tup"])) return { is: "tuple", items: v["#tup"] as Value[] };
  if (Array.isArray(v["#set"])) return { is: "set", items: v["#set"] as Value[] };
  if (Array.isArray(v["#map"])) return { is: "map", entries: v["#map"] as [Value, Value][] };
  if ("#unserializable" in v) return { is: "atom", text: String(v["#unserializable"]) };
  const keys = Object.keys(v);
  if (keys.length === 2 && typeof v["tag"] === "string" && "value" in v) return { is: "variant", tag: v["tag"], value: v["value"] };
  return { is: "record", fields: keys.filter((k) => k !== "#meta").map((k) => [k, v[k]]) };
}

/** True for the unit value, which a variant without data carries. */
export function isUnit(v: Value): boolean {
  const s = shape(v);
  return (s.is === "tuple" && s.items.length === 0) || (s.is === "record" && s.fields.length === 0) || (s.is === "variant" && s.tag === "UNIT");
}

const canonicalCache = new WeakMap<object, string>();

/** A text that is equal exactly when two values are equal: sets and maps are sorted, integers lose their wrapping. */
export function canonical(v: Value): string {
  if (typeof v !== "object" || v === null) return typeof v === "number" ? `#${v}` : JSON.stringify(v) ?? "undefined";
  const known = canonicalCache.get(v);
  if (known !== undefined) return known;
  const text = canonicalOf(shape(v), v);
  canonicalCache.set(v, text);
  return text;
}

function canonicalOf(s: Shape, v: Value): string {
  switch (s.is) {
    case "atom":
      return `#${s.text}`;
    case "variant":
      return `${JSON.stringify(s.tag)}:${canonical(s.value)}`;
    case "record":
      return `{${s.fields.map(([k, x]) => `${JSON.stringify(k)}:${canonical(x)}`).sort().join(",")}}`;
    case "list":
      return `[${s.items.map(canonical).join(",")}]`;
    case "tuple":
      return `(${s.items.map(canonical).join(",")})`;
    case "set":
      return `set{${[...new Set(s.items.map(canonical))].sort().join(",")}}`;
    case "map":
      return `map{${s.entries.map(([k, x]) => `${canonical(k)}>${canonical(x)}`).sort().join(",")}}`;
    default:
      return JSON.stringify(v);
  }
}

/** Whether two values are the same value. */
export const same = (a: Value, b: Value): boolean => a === b || canonical(a) === canonical(b);

/** A value in the words of a person: `none`, `2`, `Some` left out, sets in braces; cut at `limit` characters. */
export function show(v: Value, limit = 80): string {
  const text = showFull(v, limit + 1);
  return text.length > limit ? `${text.slice(0, Math.max(1, limit - 1))}…` : text;
}

function joined(parts: Iterable<string>, open: string, close: string, limit: number): string {
  let out = open;
  let first = true;
  for (const part of parts) {
    if (!first) out += ", ";
    first = false;
    out += part;
    if (out.length > limit) return out;
  }
  return out + close;
}

function showFull(v: Value, limit: number): string {
  const s = shape(v);
  switch (s.is) {
    case "atom":
      return s.text;
    case "variant": {
      if (isUnit(s.value)) return s.tag === "None" ? "none" : s.tag;
      if (s.tag === "Some") return showFull(s.value, limit);
      const inner = showFull(s.value, limit);
      return /^[[({]/.test(inner) ? `${s.tag} ${inner}` : `${s.tag}(${inner})`;
    }
    case "record":
      return joined(s.fields.map(([k, x]) => `${k}: ${showFull(x, limit)}`), "{", "}", limit);
    case "list":
      return joined(s.items.map((x) => showFull(x, limit)), "[", "]", limit);
    case "tuple":
      return joined(s.items.map((x) => showFull(x, limit)), "(", ")", limit);
    case "set":
      return s.items.length === 0 ? "{}" : joined(s.items.map((x) => showFull(x, limit)), "{", "}", limit);
    case "map":
      return joined(s.entries.map(([k, x]) => `${showFull(k, limit)} → ${showFull(x, limit)}`), "{", "}", limit);
  }
}

/** The children of a value with the names that paths use; atoms have none. */
export function children(v: Value): [string, Value][] {
  const s = shape(v);
  switch (s.is) {
    case "atom":
      return [];
    case "variant":
      return isUnit(s.value) ? [] : shape(s.value).is === "atom" ? [["value", s.value]] : children(s.value);
    case "record":
      return s.fields;
    case "list":
    case "tuple":
      return s.items.map((x, i) => [String(i), x]);
    case "set":
      return s.items.map((x) => [show(x, 60), x]);
    case "map":
      return s.entries.map(([k, x]) => [show(k, 60), x]);
  }
}

const plain = /^[^.\s"<>=!()]+$/;

/** Writes one path segment; names with dots or spaces are quoted. */
export const segment = (name: string): string => (plain.test(name) ? name : JSON.stringify(name));

/** Joins path segments into the text that pins, searches and links use. */
export const joinPath = (names: readonly string[]): string => names.map(segment).join(".");

/** Splits a path text at its dots, quoted segments kept whole. */
export function splitPath(path: string): string[] {
  const out: string[] = [];
  for (const m of path.matchAll(/"((?:[^"\\]|\\.)*)"|[^.]+/g)) {
    out.push(m[1] === undefined ? m[0] : (JSON.parse(m[0]) as string));
  }
  return out;
}

/** The value at a path, or `undefined` where there is none; variants are walked through unasked. */
export function at(v: Value, path: string): Value | undefined {
  let here: Value | undefined = v;
  for (const name of splitPath(path)) {
    const found: [string, Value] | undefined = children(here).find(([k]) => k === name);
    if (!found) return undefined;
    here = found[1];
  }
  return here;
}

/** Every leaf under a value with its path, at most `cap` of them. */
export function leaves(v: Value, cap = 2000): [string, Value][] {
  const out: [string, Value][] = [];
  const walk = (x: Value, names: string[]): void => {
    if (out.length >= cap) return;
    const inside = children(x);
    if (inside.length === 0) out.push([joinPath(names), x]);
    else for (const [k, y] of inside) walk(y, [...names, k]);
  };
  walk(v, []);
  return out;
}
