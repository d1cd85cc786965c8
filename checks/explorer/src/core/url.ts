// The address of a view: everything that decides what is on the screen, in the part after `#`.

export type Page = "runs" | "trace" | "compare" | "model" | "space" | "report";

/** One view of the page. Absent fields mean the default. */
export interface View {
  page: Page;
  /** Trace id, or model name; empty for the trace that the page carries in itself. */
  id: string;
  other?: string;
  /** Tokens of a live path. */
  path?: string[];
  step?: number;
  pins: string[];
  filter?: "cone" | "necessary" | "fold";
  actors?: string[];
  base?: number;
  /** What the first panel shows: the step's changes, the changes since the baseline, or the whole state. */
  diff?: "base" | "full";
  query?: string;
  zoom?: number;
  orientation?: "h" | "v";
  axis?: "time";
  /** First and last step that keep a column of their own. */
  range?: [number, number];
  /** For a trace of another tool: the variable whose keys are the lanes; empty for a table. */
  lanes?: string;
  theme?: "light" | "dark";
  highlights: number[];
}

export const emptyView = (page: Page = "runs", id = ""): View => ({ page, id, pins: [], highlights: [] });

// Everything that would end a part of the address is escaped; the rest stays readable.
const write = (s: string): string => encodeURIComponent(s).replace(/%(3A|2F|20|5B|5D|3D|3E|3C|40)/gi, (m) => (m === "%20" ? "+" : m === "%3D" ? "%3D" : decodeURIComponent(m)));
const part = (s: string): string => encodeURIComponent(s).replace(/%20/g, "+");
const read = (s: string): string => {
  try {
    return decodeURIComponent(s.replace(/\+/g, " "));
  } catch {
    return s;
  }
};
const list = (items: readonly string[]): string => items.map((s) => write(s).replace(/,/g, "%2C")).join(",");
const readList = (s: string): string[] => s.split(",").filter((x) => x !== "").map(read);
const number = (s: string | undefined): number | undefined => (s !== undefined && /^\d+$/.test(s) ? Number(s) : undefined);

/** Writes a view as the text after `#`. */
export function formatView(v: View): string {
  const path = pathOf(v);
  const q: string[] = [];
  if (v.step !== undefined) q.push(`s=${v.step}`);
  if (v.pins.length > 0) q.push(`pin=${list(v.pins)}`);
  if (v.filter !== undefined) q.push(`f=${v.filter}`);
  if (v.actors !== undefined && v.actors.length > 0) q.push(`a=${list(v.actors)}`);
  if (v.base !== undefined) q.push(`base=${v.base}`);
  if (v.diff !== undefined) q.push(`d=${v.diff}`);
  if (v.query !== undefined && v.query !== "") q.push(`q=${write(v.query)}`);
  if (v.zoom !== undefined) q.push(`z=${v.zoom}`);
  if (v.orientation !== undefined) q.push(`v=${v.orientation}`);
  if (v.axis !== undefined) q.push(`t=${v.axis}`);
  if (v.range !== undefined) q.push(`r=${v.range.join("-")}`);
  if (v.lanes !== undefined) q.push(`lanes=${write(v.lanes)}`);
  if (v.theme !== undefined) q.push(`theme=${v.theme}`);
  if (v.highlights.length > 0) q.push(`hl=${v.highlights.join(",")}`);
  if (path === "") return q.join("&");
  return q.length === 0 ? path : `${path}?${q.join("&")}`;
}

function pathOf(v: View): string {
  switch (v.page) {
    case "runs":
      return "/";
    case "trace":
      return v.id === "" ? "" : `/t/${part(v.id)}`;
    case "compare":
      return `/x/${part(v.id)}/${part(v.other ?? "")}`;
    case "model":
      return `/m/${part(v.id)}/${(v.path ?? []).map(part).join(".")}`;
    case "space":
      return `/space/${part(v.id)}`;
    case "report":
      return "/report";
  }
}

/** Reads the text after `#`; never fails, unknown parts are dropped. `embedded` says that the page carries a trace itself. */
export function parseView(hash: string, embedded = false): View {
  const text = hash.replace(/^#/, "");
  const bare = text !== "" && !text.startsWith("/");
  const [path = "", query = ""] = bare ? ["", text] : splitOnce(text, "?");
  const view = page(path, embedded);
  const q = new Map<string, string>(query.split("&").filter((p) => p !== "").map((p) => splitOnce(p, "=") as [string, string]));
  const step = number(q.get("s"));
  const base = number(q.get("base"));
  const zoom = number(q.get("z"));
  const f = q.get("f");
  const d = q.get("d");
  const o = q.get("v");
  const theme = q.get("theme");
  const range = /^(\d+)-(\d+)$/.exec(q.get("r") ?? "")?.slice(1).map(Number);
  const actors = readList(q.get("a") ?? "");
  return {
    ...view,
    ...(step === undefined ? {} : { step }),
    pins: readList(q.get("pin") ?? ""),
    ...(f === "cone" || f === "necessary" || f === "fold" ? { filter: f } : {}),
    ...(actors.length > 0 ? { actors } : {}),
    ...(base === undefined ? {} : { base }),
    ...(d === "base" || d === "full" ? { diff: d } : {}),
    ...(q.has("q") ? { query: read(q.get("q") as string) } : {}),
    ...(zoom === undefined ? {} : { zoom }),
    ...(o === "h" || o === "v" ? { orientation: o } : {}),
    ...(q.get("t") === "time" ? { axis: "time" as const } : {}),
    ...(range === undefined ? {} : { range: [Math.min(...range), Math.max(...range)] as [number, number] }),
    ...(q.has("lanes") ? { lanes: read(q.get("lanes") as string) } : {}),
    ...(theme === "light" || theme === "dark" ? { theme } : {}),
    highlights: readList(q.get("hl") ?? "").map(Number).filter(Number.isInteger),
  };
}

function splitOnce(s: string, at: string): [string, string] {
  const i = s.indexOf(at);
  return i < 0 ? [s, ""] : [s.slice(0, i), s.slice(i + 1)];
}

function page(path: string, embedded: boolean): View {
  const [, kind = "", id = "", rest = ""] = path.split("/");
  if (kind === "t") return emptyView("trace", read(id));
  if (kind === "x") return { ...emptyView("compare", read(id)), other: read(rest) };
  if (kind === "m") return { ...emptyView("model", read(id)), path: rest === "" ? [] : rest.split(".").map(read) };
  if (kind === "space") return emptyView("space", read(id));
  if (kind === "report") return emptyView("report");
  return path === "" && embedded ? emptyView("trace") : emptyView("runs");
}
