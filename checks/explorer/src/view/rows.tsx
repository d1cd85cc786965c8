// The rows under the lanes, on the same axis: truth of each property, pinned values, model steps, size of change, risk, matches.

import { memo } from "./memo.ts";
import type { Property, Trace } from "../core/itf.ts";
import { truth, unexplained } from "../core/itf.ts";
import { box, clip, DENSE, point, type Window } from "./drawing.tsx";
import { largestChange, pinRuns, type Row, type Scene } from "./scene.ts";
import { changeSize, hits } from "./store.ts";

interface Part {
  s: Scene;
  t: Trace;
  w: Window;
  first: number;
  last: number;
}

/** All rows, for the columns on the screen. */
export const Rows = memo(function Rows(p: Part) {
  return (
    <g class="rows">
      {p.s.rows.map((row) => (
        <g key={`${row.kind}${row.name}`} class={`row-${row.kind}`}>
          {one(row, p)}
        </g>
      ))}
    </g>
  );
});

function one(row: Row, p: Part) {
  switch (row.kind) {
    case "property":
      return <PropertyCells row={row} p={p} property={row.property as Property} />;
    case "quiet":
      return null;
    case "pin":
      return <PinCells row={row} p={p} />;
    case "abstract":
      return <AbstractCells row={row} p={p} />;
    case "changes":
      return <ChangeBars row={row} p={p} />;
    case "risk":
      return <RiskCells row={row} p={p} />;
    case "hits":
      return <HitCells row={row} p={p} />;
  }
}

interface Run {
  first: number;
  last: number;
  c: string;
}

// Truth over a column: a failure anywhere in a folded run must show.
function cell(property: Property, from: number, to: number): string {
  if (from === to) return property.values[from] ?? "?";
  const part = property.values.slice(from, to + 1);
  for (const c of "FT.") if (part.includes(c)) return c;
  return "?";
}

function runsOf(property: Property, { s, first, last }: Part): Run[] {
  const out: Run[] = [];
  for (let k = first; k <= last; k++) {
    const column = s.plan.columns[k];
    if (!column) continue;
    const c = cell(property, column.from, column.to);
    const run = out[out.length - 1];
    if (run && run.c === c) run.last = k;
    else out.push({ first: k, last: k, c });
  }
  return out;
}

const looks = (kind: string, c: string): string => (c === "F" ? (kind === "sometimes" ? "pending" : "fails") : c === "T" ? (kind === "sometimes" ? "reached" : "holds") : c === "." ? "pending" : "unknown");

function PropertyCells({ row, p, property }: { row: Row; p: Part; property: Property }) {
  const { s } = p;
  const half = s.plan.step / 2;
  const middle = row.start + row.size / 2;
  const marks = [];
  if (s.plan.step >= DENSE) {
    for (let k = p.first; k <= p.last; k++) {
      const column = s.plan.columns[k];
      if (!column) continue;
      const look = looks(property.kind, cell(property, column.from, column.to));
      const [x, y] = point(s, s.plan.place(column.from), middle);
      marks.push(<path key={k} class={`mark ${look}`} d={markPath(look, x, y)} />);
    }
  }
  return (
    <>
      {runsOf(property, p).map((run) => {
        const a = s.plan.place(s.plan.columns[run.first]?.from ?? 0) - half;
        const b = s.plan.place(s.plan.columns[run.last]?.from ?? 0) + half;
        const look = looks(property.kind, run.c);
        return (
          <rect key={run.first} class={`truth ${look}`} {...box(s, a + 1, row.start + 2, b - a - 2, row.size - 4)} rx="3">
            <title>{`${property.text || property.name}: ${truth(run.c)}`}</title>
          </rect>
        );
      })}
      {marks}
    </>
  );
}

function markPath(look: string, x: number, y: number): string {
  if (look === "holds") return `M${x - 4} ${y}l3 3.5l5 -7`;
  if (look === "fails") return `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;
  if (look === "reached") return `M${x} ${y - 6}l1.8 4.1l4.4 .4l-3.4 2.9l1 4.4l-3.8 -2.3l-3.8 2.3l1 -4.4l-3.4 -2.9l4.4 -.4z`;
  if (look === "pending") return `M${x - .8} ${y}h1.6`;
  return `M${x - 2} ${y - 2.5}q2 -3 4 0q0 2 -2 3m0 2.6v.6`;
}

function PinCells({ row, p }: { row: Row; p: Part }) {
  const { s, t } = p;
  const from = s.plan.columns[p.first]?.from ?? 0;
  const to = s.plan.columns[p.last]?.to ?? 0;
  const half = s.plan.step / 2;
  return (
    <>
      {pinRuns(t, row.path as string, from, to).map((run) => {
        const a = s.plan.place(run.from) - half;
        const b = s.plan.place(run.to) + half;
        const [x, y] = point(s, s.vertical ? s.plan.place(run.from) + 4 : a + 6, row.start + (s.vertical ? 6 : row.size / 2 + 4));
        return (
          <g key={run.from} class="pinned">
            <rect {...box(s, a + 1, row.start + 2, b - a - 2, row.size - 4)} rx="4" />
            <text x={x} y={y}>
              {clip(run.text, s.vertical ? row.size / 7 : (b - a) / 6.4)}
            </text>
            <title>{`${row.path}: ${run.text}`}</title>
          </g>
        );
      })}
    </>
  );
}

function AbstractCells({ row, p }: { row: Row; p: Part }) {
  const out = [];
  for (let k = p.first; k <= p.last; k++) {
    const i = p.s.plan.columns[k]?.from ?? 0;
    const text = p.t.steps[i]?.abstract;
    if (text === undefined) continue;
    const wrong = unexplained(p.t, i);
    const [x, y] = point(p.s, p.s.plan.place(i) + (p.s.vertical ? 4 : 0), row.start + (p.s.vertical ? 4 : row.size / 2 + 4));
    out.push(
      <g key={i} class={wrong ? "abstract wrong" : text === "stutter" ? "abstract stutter" : "abstract"}>
        {wrong && <rect {...box(p.s, p.s.plan.place(i) - p.s.plan.step / 2 + 1, row.start + 1, p.s.plan.step - 2, row.size - 2)} rx="3" />}
        <text x={x} y={y} text-anchor={p.s.vertical ? "start" : "middle"}>
          {specification(text, wrong, p.s.vertical ? row.size / 6 : p.s.plan.step / 6)}
        </text>
        <title>{`step ${i} is, in the model: ${text}`}</title>
      </g>,
    );
  }
  return <>{out}</>;
}

// Where not all fits: the first action and how many more; of one that is refused, its name.
function specification(text: string, wrong: boolean, room: number): string {
  const all = text.split(", ");
  const first = wrong ? `✗ ${text.split(" refused")[0]}` : text.length > room && all.length > 1 ? `${all[0]} +${all.length - 1}` : text;
  return clip(first, room + 1);
}

function ChangeBars({ row, p }: { row: Row; p: Part }) {
  const { s, t } = p;
  const from = s.plan.columns[p.first]?.from ?? 0;
  const to = s.plan.columns[p.last]?.to ?? 0;
  const most = largestChange(t, from, to);
  const room = row.size - 6;
  let d = "";
  for (let k = p.first; k <= p.last; k++) {
    const column = s.plan.columns[k];
    if (!column) continue;
    let n = 0;
    for (let i = column.from; i <= column.to; i++) n = Math.max(n, changeSize(t, i));
    if (n === 0) continue;
    const h = Math.max(2, (room * Math.sqrt(n)) / Math.sqrt(most));
    const wide = Math.max(1.5, Math.min(16, s.plan.step * 0.45));
    const b = box(s, s.plan.place(column.from) - wide / 2, s.vertical ? row.start + 3 : row.start + row.size - 3 - h, wide, h);
    d += `M${b.x.toFixed(1)} ${b.y.toFixed(1)}h${b.width.toFixed(1)}v${b.height.toFixed(1)}h-${b.width.toFixed(1)}z`;
  }
  return <path class="bars" d={d} />;
}

function RiskCells({ row, p }: { row: Row; p: Part }) {
  const out = [];
  for (let k = p.first; k <= p.last; k++) {
    const i = p.s.plan.columns[k]?.from ?? 0;
    const risk = p.t.risk[i];
    if (risk === undefined || p.s.plan.step < 30) continue;
    const [x, y] = point(p.s, p.s.plan.place(i), row.start + row.size / 2 + (p.s.vertical ? 0 : 4));
    out.push(
      <text key={i} x={x} y={y} text-anchor="middle" class={risk >= 100 ? "risk sure" : "risk"}>
        {`${risk}%`}
      </text>,
    );
  }
  return <>{out}</>;
}

function HitCells({ row, p }: { row: Row; p: Part }) {
  const from = p.s.plan.columns[p.first]?.from ?? 0;
  const to = p.s.plan.columns[p.last]?.to ?? 0;
  return (
    <>
      {hits.value
        .filter((i) => i >= from && i <= to)
        .slice(0, 300)
        .map((i) => {
          const [x, y] = point(p.s, p.s.plan.place(i), row.start + row.size / 2);
          return <path key={i} class="hit" d={`M${x} ${y - 6}l5 6l-5 6l-5 -6z`} />;
        })}
    </>
  );
}
