// Where things stand: `along` runs with the steps, `across` with the lanes. The view turns both into x and y.

import { columnOf, type Column } from "./fold.ts";
import type { Message, Trace } from "./itf.ts";

export interface Lane {
  id: string;
  name: string;
  role: string;
  across: number;
}

export interface Drawn {
  message: Message;
  /** Start and end along the axis, and across it. */
  a1: number;
  c1: number;
  a2: number;
  c2: number;
  /** Which ends stand in the same folded column, so that nothing is seen of the way between them. */
  hidden: boolean;
}

export interface Layout {
  columns: readonly Column[];
  step: number;
  lanes: Lane[];
  /** Extent along and across. */
  along: number;
  across: number;
  /** Centre of a step along the axis. */
  place(i: number): number;
  /** Messages that show in the columns between two positions along the axis. */
  messagesIn(from: number, to: number): Drawn[];
  /** The step nearest to a position along the axis. */
  stepAt(along: number): number;
}

export const LANE = 46;
/** Room before the first column and behind the last, so that their labels are not cut. */
export const LEAD = 18;
export const TRAIL = 64;
/** Most messages drawn at once; more would be a grey cloud. */
export const MOST_MESSAGES = 400;

/** Lays out the visible actors of a trace on columns of the given width. `times` places the columns by time instead. */
export function layout(trace: Trace, columns: readonly Column[], width: number, visible: (actor: string) => boolean, times: boolean, lane = LANE): Layout {
  const lanes: Lane[] = trace.actors.filter((a) => visible(a.id)).map((a, k) => ({ id: a.id, name: a.name, role: a.role, across: k * lane + lane / 2 }));
  const across = new Map(lanes.map((l) => [l.id, l.across]));
  const stops = times ? timeStops(trace, columns, width) : null;
  const place = (i: number): number => {
    const c = columnOf(columns, i);
    return stops ? (stops[c] ?? 0) : LEAD + (c + 0.5) * width;
  };
  const end = stops ? (stops[stops.length - 1] ?? 0) + width : LEAD + columns.length * width;
  const index = bucket(trace, columns);
  return {
    columns,
    step: width,
    lanes,
    along: end + TRAIL,
    across: lanes.length * lane,
    place,
    stepAt: (along) => nearest(columns, stops, width, along),
    messagesIn: (from, to) => {
      const a = columnAt(columns, stops, width, from);
      const b = columnAt(columns, stops, width, to);
      const seen = new Set<Message>();
      for (let k = a >> BITS; k <= b >> BITS; k++) for (const m of index.get(k) ?? []) seen.add(m);
      const out: Drawn[] = [];
      for (const m of seen) {
        const drawn = line(m, across, place, width, columns);
        if (drawn && drawn.a2 >= from && drawn.a1 <= to) out.push(drawn);
        if (out.length >= MOST_MESSAGES) break;
      }
      return out;
    },
  };
}

const BITS = 5;
// A message that is under way for longer than this is found at its two ends only; its middle would be a long flat line over everything.
const LONGEST = 24;

function bucket(trace: Trace, columns: readonly Column[]): Map<number, Message[]> {
  const out = new Map<number, Message[]>();
  const add = (k: number, m: Message): void => {
    const list = out.get(k);
    if (list) list.push(m);
    else out.set(k, [m]);
  };
  for (const m of trace.messages) {
    const first = columnOf(columns, m.sent) >> BITS;
    const last = columnOf(columns, Math.max(m.sent, ...m.recv, m.lost ?? 0)) >> BITS;
    if (last - first <= LONGEST) for (let k = first; k <= last; k++) add(k, m);
    else {
      add(first, m);
      add(last, m);
    }
  }
  return out;
}

function line(m: Message, across: Map<string, number>, place: (i: number) => number, width: number, columns: readonly Column[]): Drawn | null {
  const c1 = across.get(m.src);
  const c2 = across.get(m.dst);
  if (c1 === undefined || c2 === undefined) return null;
  const a1 = place(m.sent);
  const arrived = m.recv[0];
  if (arrived !== undefined) {
    return { message: m, a1, c1, a2: place(arrived), c2, hidden: columnOf(columns, arrived) === columnOf(columns, m.sent) && m.src === m.dst };
  }
  // What did not arrive is drawn as a stub towards its receiver: a line to the edge would cross everything that came later.
  const part = m.fate === "dropped" ? 0.8 : 0.45;
  const end = m.lost === undefined ? a1 + width * 0.8 : Math.max(place(m.lost), a1 + width * 0.5);
  return { message: m, a1, c1, a2: end, c2: c1 + (c2 - c1) * (m.src === m.dst ? 0 : part), hidden: false };
}

function timeStops(trace: Trace, columns: readonly Column[], width: number): number[] | null {
  const times = columns.map((c) => trace.steps[c.from]?.time);
  if (times.every((t) => t === undefined)) return null;
  const known: number[] = [];
  for (const t of times) known.push(Math.max(t ?? known[known.length - 1] ?? 0, known[known.length - 1] ?? 0));
  const span = (known[known.length - 1] ?? 0) - (known[0] ?? 0);
  const room = columns.length * width;
  const least = Math.min(6, width / 2);
  let last = -Infinity;
  return known.map((t) => (last = Math.max(LEAD + width / 2 + (span === 0 ? 0 : ((t - (known[0] as number)) / span) * room), last + least)));
}

function columnAt(columns: readonly Column[], stops: number[] | null, width: number, along: number): number {
  if (!stops) return Math.max(0, Math.min(columns.length - 1, Math.floor((along - LEAD) / width)));
  let best = 0;
  for (let i = 0; i < stops.length; i++) if ((stops[i] as number) <= along) best = i;
  return best;
}

function nearest(columns: readonly Column[], stops: number[] | null, width: number, along: number): number {
  const c = columnAt(columns, stops, width, stops ? along + width / 2 : along);
  return columns[c]?.from ?? 0;
}
