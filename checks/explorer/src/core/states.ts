// Where the states of a trace come from: all of them in the file, or keyframes with the differences between them.

import type { Value } from "./value.ts";

export type State = Record<string, Value>;

/** The states of a trace by number; long traces rebuild them when asked. */
export interface StateStore {
  readonly length: number;
  get(i: number): State;
}

type Json = Record<string, unknown>;

/** One edit: where in the JSON; the value that stands there afterwards, none for "goes"; for an array of another length, first position and how many go. */
interface Edit {
  path: (string | number)[];
  splice?: [number, number];
  value?: Value;
}

/** Builds the store: `harness.deltas[i]` leads from state i-1 to state i; each `null` stands for the next whole state of the file. */
export function buildStates(states: Json[], harness: Json): StateStore {
  const deltas = harness["deltas"];
  if (!Array.isArray(deltas)) return { length: states.length, get: (i) => (states[Math.max(0, Math.min(i, states.length - 1))] ?? {}) as State };
  return new Deltas(states, deltas as (Edit[] | null)[]);
}

class Deltas implements StateStore {
  readonly length: number;
  private readonly keys: Map<number, State>;
  private readonly recent = new Map<number, State>();

  constructor(
    states: Json[],
    private readonly deltas: (Edit[] | null)[],
  ) {
    this.length = deltas.length;
    this.keys = new Map();
    let whole = 0;
    deltas.forEach((d, i) => {
      if (d === null) this.keys.set(i, (states[whole++] ?? {}) as State);
    });
  }

  get(i: number): State {
    const n = Math.max(0, Math.min(i, this.length - 1));
    const known = this.keys.get(n) ?? this.recent.get(n);
    if (known) return known;
    let base = n;
    while (base > 0 && !this.keys.has(base) && !this.recent.has(base)) base--;
    let state = this.keys.get(base) ?? this.recent.get(base) ?? {};
    for (let k = base + 1; k <= n; k++) {
      state = (this.deltas[k] ?? []).reduce((s, edit) => put(s, edit, 0) as State, state);
      this.remember(k, state);
    }
    return state;
  }

  private remember(i: number, state: State): void {
    this.recent.set(i, state);
    if (this.recent.size > 256) this.recent.delete(this.recent.keys().next().value as number);
  }
}

// Copies only along the path, so that neighbouring states share what did not change.
function put(v: Value, edit: Edit, depth: number): Value {
  const end = depth === edit.path.length;
  if (end && edit.splice !== undefined) {
    const copy = Array.isArray(v) ? v.slice() : [];
    copy.splice(edit.splice[0], edit.splice[1], ...(Array.isArray(edit.value) ? edit.value : []));
    return copy;
  }
  if (end) return edit.value;
  const key = edit.path[depth] as string | number;
  if (Array.isArray(v)) {
    const copy = v.slice();
    copy[Number(key)] = put(copy[Number(key)], edit, depth + 1);
    return copy;
  }
  const copy: Json = { ...(v as Json) };
  if (depth === edit.path.length - 1 && edit.splice === undefined && !("value" in edit)) delete copy[String(key)];
  else copy[String(key)] = put(copy[String(key)], edit, depth + 1);
  return copy;
}
