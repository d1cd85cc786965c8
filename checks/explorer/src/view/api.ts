// What the page asks the server for; in an exported file there is no server and nothing is asked.

export interface RunRow {
  id: string;
  file: string;
  protocol: string;
  kind: string;
  model: string;
  scope: string;
  says: string;
  property: string;
  text: string;
  verdict: string;
  expect: string;
  description: string;
  at: number;
  steps: number;
  /** `refutation`, `demonstration`, `planted`, `witness`, `failure` or `foreign`. */
  group: string;
  signature: string;
  /** Sizes of the changes, for the sparkline. */
  spark: number[];
  /** Why the file could not be read, if it could not. */
  problem?: string;
}

export interface Runs {
  folder: string;
  runs: RunRow[];
  models: ModelRow[];
  /** A number that grows whenever the folder changes. */
  version: number;
  report?: string;
}

export interface ModelRow {
  /** The shortest name that finds it. */
  name: string;
  protocol: string;
  kind: string;
  model: string;
  scope: string;
  says: string;
}

export interface Verified {
  verified: boolean;
  /** True when nothing here can replay it: neither verified nor refuted. */
  unknown?: boolean;
  sentence: string;
}

/** The first states of a model, level by level. */
export interface Graph {
  model: string;
  says: string;
  nodes: { level: number; parent: number | null; token: string; breaks: string[]; end: boolean }[];
  edges: { from: number; to: number; kind: string }[];
  levels: number[];
  /** More states exist than are given. */
  cut: boolean;
  kinds: string[];
  claims: { id: string; text: string; kind: string }[];
}

/** Which check notices which planted defect. */
export interface Kills {
  title: string;
  says: string;
  layers: string[];
  defects: { id: string; what: string; found: Record<string, Kill[] | undefined> }[];
}

export interface Kill {
  verdict: "caught" | "escapes" | "missed";
  properties: string[];
  scope: string;
  steps?: number;
  file?: string;
}

/** True when the page was served, so that there is someone to ask. */
export const served = location.protocol === "http:" || location.protocol === "https:";

async function answer<T>(response: Promise<Response>): Promise<T> {
  const r = await response;
  const text = await r.text();
  if (!r.ok) throw new Error(text === "" ? `${r.status} ${r.statusText}` : text);
  return JSON.parse(text) as T;
}

const get = <T>(path: string): Promise<T> => answer<T>(fetch(path, { cache: "no-store" }));
const post = <T>(path: string, body: unknown): Promise<T> => answer<T>(fetch(path, { method: "POST", headers: { "content-type": "application/json", "x-board": "1" }, body: JSON.stringify(body) }));
const part = encodeURIComponent;

export const runs = (): Promise<Runs> => get("/api/runs");
export const traceText = async (id: string): Promise<string> => {
  const r = await fetch(`/api/t/${part(id)}`, { cache: "no-store" });
  const text = await r.text();
  if (!r.ok) throw new Error(text);
  return text;
};
export const verify = (id: string): Promise<Verified> => get(`/api/verify/${part(id)}`);
export const livePath = (model: string, tokens: readonly string[]): Promise<unknown> => post(`/api/m/${part(model)}/path`, { tokens });
export const searchFrom = (model: string, tokens: readonly string[], depth: number, property: string): Promise<{ found: boolean; sentence: string; tokens: string[] }> =>
  post(`/api/m/${part(model)}/search`, { tokens, depth, ...(property === "" ? {} : { property }) });
export const necessary = (id: string): Promise<{ id: string; sentence: string }> => post(`/api/t/${part(id)}/necessary`, {});
export const minimise = (id: string): Promise<{ id: string; sentence: string }> => post(`/api/t/${part(id)}/minimise`, {});
export const risk = (id: string): Promise<{ id: string; sentence: string }> => post(`/api/t/${part(id)}/risk`, {});
export const rustTest = async (id: string): Promise<string> => (await answer<{ text: string }>(fetch(`/api/t/${part(id)}/rust`))).text;
export const graph = (model: string, cap: number): Promise<Graph> => get(`/api/m/${part(model)}/graph?cap=${cap}`);
export const nearest = (id: string): Promise<{ id: string }> => post(`/api/t/${part(id)}/nearest`, {});
export const killReport = (): Promise<Kills> => get("/api/report");
/** Answers once the folder is newer than `version`, or after half a minute. */
export const events = (version: number): Promise<{ version: number }> => get(`/api/events?after=${version}`);
