// The board's picture: lanes, spans, messages and events, for the part of the axis that is on the screen.

import { memo } from "./memo.ts";
import type { Drawn } from "../core/layout.ts";
import type { Trace } from "../core/itf.ts";
import { stepShort, verdictStep } from "../core/words.ts";
import { dimmed, family, outages, tracks, type Scene } from "./scene.ts";
import { hovered } from "./store.ts";

export interface Window {
  from: number;
  to: number;
}

/** Below this width of a column, steps are drawn as density, not one by one. */
export const DENSE = 12;

/** Turns along and across into x and y. */
export const point = (s: Scene, along: number, across: number): [number, number] => (s.vertical ? [across, along] : [along, across]);

const box = (s: Scene, along: number, across: number, la: number, lc: number): { x: number; y: number; width: number; height: number } =>
  s.vertical ? { x: across, y: along, width: Math.max(0, lc), height: Math.max(0, la) } : { x: along, y: across, width: Math.max(0, la), height: Math.max(0, lc) };
export { box };

const laneAt = (s: Scene, id: string | undefined): number | undefined => {
  const lane = s.plan.lanes.find((l) => l.id === id);
  return lane === undefined ? undefined : lane.across + s.axis;
};

function line(s: Scene, a1: number, c1: number, a2: number, c2: number): { x1: number; y1: number; x2: number; y2: number } {
  const [x1, y1] = point(s, a1, c1);
  const [x2, y2] = point(s, a2, c2);
  return { x1, y1, x2, y2 };
}

/** Lanes with outages and spans. */
export const Lanes = memo(function Lanes({ s, t, w }: { s: Scene; t: Trace; w: Window }) {
  const end = Math.min(w.to, s.plan.along);
  const track = tracks(t);
  return (
    <g class="lanes">
      {s.plan.lanes.map((lane) => {
        const c = lane.across + s.axis;
        return (
          <g key={lane.id}>
            <line class="lane" {...line(s, Math.max(w.from, 0), c, end, c)} />
            {outages(t, lane.id)
              .map((o) => ({ a: s.plan.place(o.from), b: o.to >= t.length ? s.plan.along : s.plan.place(o.to) }))
              .filter((o) => o.b >= w.from && o.a <= w.to)
              .map((o) => (
                <rect key={o.a} class="down" {...box(s, o.a, c - 7, o.b - o.a, 14)} fill="url(#hatch)" />
              ))}
          </g>
        );
      })}
      {t.spans.map((span, i) => bar(s, t, w, `s${i}`, "span", 0, span.actor, span.from, span.to, span.label))}
      {t.ops.map((op, i) => bar(s, t, w, `o${i}`, op.refused === true ? "op refused" : "op", track.of[i] ?? 0, op.actor, op.call, op.ret, op.result === undefined ? op.label : `${op.label} → ${op.result}`, op.point))}
    </g>
  );
});

function bar(s: Scene, t: Trace, w: Window, key: string, kind: string, track: number, actor: string, from: number, to: number | undefined, label: string, dot?: number) {
  const lane = laneAt(s, actor);
  if (lane === undefined) return null;
  const c = lane + track * (s.vertical ? 9 : 15);
  const a = s.plan.place(Math.min(from, t.length - 1));
  const b = to === undefined ? s.plan.along : s.plan.place(Math.min(to, t.length - 1));
  if (b < w.from || a > w.to) return null;
  const [x, y] = point(s, Math.max(a, w.from) + 14, c + (s.vertical ? 0 : 18));
  return (
    <g key={key} class={`bar ${kind}`}>
      <rect {...box(s, a, c + 7, b - a, s.vertical ? 8 : 14)} rx="4" />
      {!s.vertical && b - a > 40 && (
        <text x={x} y={y}>
          {clip(label, (b - a - 14) / 6)}
        </text>
      )}
      {dot !== undefined && <circle class="point" {...centre(s, s.plan.place(dot), c + 14)} r="4" />}
    </g>
  );
}

const centre = (s: Scene, a: number, c: number): { cx: number; cy: number } => {
  const [cx, cy] = point(s, a, c);
  return { cx, cy };
};

/** A text cut to about `n` characters. */
export const clip = (text: string, n: number): string => (text.length <= n ? text : n < 3 ? "" : `${text.slice(0, Math.floor(n) - 1)}…`);

/** Messages: from sending to arrival; lost ones end in scissors, those under way in an open ring. */
export const Messages = memo(function Messages({ s, t, w }: { s: Scene; t: Trace; w: Window }) {
  const drawn = s.plan.messagesIn(w.from, w.to);
  if (s.plan.step < DENSE) return <DenseMessages s={s} drawn={drawn} />;
  return (
    <g class="messages">
      {drawn.map((d) => (
        <Message key={d.message.id} s={s} d={d} dim={dimmed(d.message.sent) || (d.message.recv[0] !== undefined && dimmed(d.message.recv[0]))} />
      ))}
      {drawn.flatMap((d) => d.message.recv.slice(1).map((r) => <Again key={`${d.message.id}-${r}`} s={s} d={d} r={r} />))}
      {t.loop !== undefined && <LoopArrow s={s} t={t} />}
    </g>
  );
});

function DenseMessages({ s, drawn }: { s: Scene; drawn: Drawn[] }) {
  const paths = ["", "", "", ""];
  for (const d of drawn) {
    const [x1, y1] = point(s, d.a1, d.c1 + s.axis);
    const [x2, y2] = point(s, d.a2, d.c2 + s.axis);
    paths[family(d.message.kind)] += `M${x1.toFixed(1)} ${y1}L${x2.toFixed(1)} ${y2.toFixed(1)}`;
  }
  return (
    <g class="messages dense">
      {paths.map((p, i) => (
        <path key={i} d={p} class={`fam${i}`} />
      ))}
    </g>
  );
}

function Message({ s, d, dim }: { s: Scene; d: Drawn; dim: boolean }) {
  const c1 = d.c1 + s.axis;
  const c2 = d.c2 + s.axis;
  const fate = d.message.fate;
  const pos = line(s, d.a1, c1, d.a2, c2);
  const angle = Math.atan2(pos.y2 - pos.y1, pos.x2 - pos.x1);
  // The head stops at the rim of the event's circle.
  const gap = d.message.recv.length > 0 ? 6 : 0;
  const [tx, ty] = [pos.x2 - Math.cos(angle) * gap, pos.y2 - Math.sin(angle) * gap];
  const wing = (turn: number): string => `${(tx - Math.cos(angle + turn) * 8).toFixed(1)} ${(ty - Math.sin(angle + turn) * 8).toFixed(1)}`;
  const id = d.message.id;
  return (
    <g class={`message fam${family(d.message.kind)} ${fate}${dim ? " dim" : ""}`} data-message={id} onPointerEnter={() => (hovered.value = id)} onPointerLeave={() => (hovered.value = null)}>
      <title>{`${d.message.label}: ${fate === "in-flight" ? "still under way" : fate}`}</title>
      <line class="way" x1={pos.x1} y1={pos.y1} x2={tx} y2={ty} />
      {fate === "duplicated" && <line class="way twin" x1={pos.x1 + 3} y1={pos.y1 + 3} x2={tx + 3} y2={ty + 3} />}
      {d.message.recv.length > 0 && <path class="head" d={`M${tx.toFixed(1)} ${ty.toFixed(1)}L${wing(0.42)}L${wing(-0.42)}Z`} />}
      {fate === "in-flight" && <circle class="open" cx={pos.x2} cy={pos.y2} r="3.5" />}
      {fate === "dropped" && <path class="cut" d={`M${pos.x2 - 4} ${pos.y2 - 4}l8 8m0 -8l-8 8`} />}
    </g>
  );
}

function Again({ s, d, r }: { s: Scene; d: Drawn; r: number }) {
  return <line class={`way again fam${family(d.message.kind)}`} {...line(s, d.a1, d.c1 + s.axis, s.plan.place(r), (laneAt(s, d.message.dst) ?? d.c2 + s.axis))} />;
}

function LoopArrow({ s, t }: { s: Scene; t: Trace }) {
  const a = s.plan.place(t.loop as number);
  const b = s.plan.place(t.length - 1);
  const foot = s.vertical ? s.axis - 3 : 20;
  const [x1, y1] = point(s, a, foot);
  const [x2, y2] = point(s, b, foot);
  const [mx, my] = point(s, (a + b) / 2, foot - 4);
  return (
    <g class="loop">
      <path d={s.vertical ? `M${x2} ${y2}H${x1 - 8}V${y1}H${x1}` : `M${x2} ${y2}V${y1 - 13}H${x1}V${y1}`} />
      <path class="head" d={s.vertical ? `M${x1} ${y1}l-6 -4v8z` : `M${x1} ${y1}l-4 -6h8z`} />
      {!s.vertical && (
        <text x={mx} y={my} text-anchor="middle">
          repeats forever
        </text>
      )}
    </g>
  );
}

/** Events on the lanes; faults of the whole system as a line across them all. */
export const Events = memo(function Events({ s, t, w, first, last, labels }: { s: Scene; t: Trace; w: Window; first: number; last: number; labels: boolean }) {
  if (s.plan.step < DENSE) return <DenseEvents s={s} t={t} first={first} last={last} />;
  const bad = ["violated", "panicked", "reached"].includes(t.check.verdict) ? verdictStep(t) : -1;
  const out = [];
  for (let c = first; c <= last; c++) {
    const column = s.plan.columns[c];
    if (!column) continue;
    if (column.to > column.from) out.push(<Folded key={`f${column.from}`} s={s} from={column.from} to={column.to} />);
    else out.push(<Event key={column.from} s={s} t={t} i={column.from} bad={column.from === bad} label={labels} />);
  }
  void w;
  return <g class="events">{out}</g>;
});

function DenseEvents({ s, t, first, last }: { s: Scene; t: Trace; first: number; last: number }) {
  const paths = new Map<number, string>();
  for (let c = first; c <= last; c++) {
    const i = s.plan.columns[c]?.from ?? 0;
    const across = laneAt(s, t.steps[i]?.actor);
    if (across === undefined) continue;
    const [x, y] = point(s, s.plan.place(i), across);
    paths.set(across, `${paths.get(across) ?? ""}M${x.toFixed(1)} ${y - 4}v8`);
  }
  return (
    <g class="events dense">
      {[...paths].map(([k, d]) => (
        <path key={k} d={d} />
      ))}
    </g>
  );
}

function Folded({ s, from, to }: { s: Scene; from: number; to: number }) {
  const a = s.plan.place(from);
  const [x, y] = point(s, a, s.axis + 12);
  return (
    <g class="folded">
      <rect {...box(s, a - s.plan.step / 2 + 2, s.axis, s.plan.step - 4, s.plan.across)} rx="4" />
      <text x={x} y={y} text-anchor="middle">{`⋯ ${to - from + 1}`}</text>
    </g>
  );
}

function Event({ s, t, i, bad, label }: { s: Scene; t: Trace; i: number; bad: boolean; label: boolean }) {
  const step = t.steps[i];
  if (!step || i === 0) return null;
  const across = laneAt(s, step.actor);
  const a = s.plan.place(i);
  const dim = dimmed(i) ? " dim" : "";
  if (across === undefined) return step.actor === undefined ? <SystemEvent s={s} a={a} text={step.label} i={i} bad={bad} fault={step.fault !== undefined} wide={[i - 1, i + 1].every((k) => t.steps[k] === undefined || t.steps[k]?.actor !== undefined)} /> : null;
  const { cx, cy } = centre(s, a, across);
  const kind = step.fault !== undefined ? "fault" : step.recv !== undefined ? "receive" : "local";
  const lost = t.check.verdict === "reached" ? "star" : "bad";
  return (
    <g class={`event ${kind}${bad ? ` ${lost}` : ""}${dim}`}>
      {bad && <circle class="halo" cx={cx} cy={cy} r="13" />}
      {step.fault === undefined ? <circle class="dot" cx={cx} cy={cy} r={kind === "local" ? 5 : 4.5} /> : <path class="dot" d={/restart|recover|resume/.test(step.fault) ? `M${cx - 4} ${cy - 6}L${cx + 6} ${cy}L${cx - 4} ${cy + 6}Z` : `M${cx - 6} ${cy - 6}l12 12m0 -12l-12 12`} />}
      {label && !s.vertical && (
        <text x={cx} y={cy - 10} text-anchor="middle">
          {clip(stepShort(t, step), roomFor(s, t, i))}
        </text>
      )}
    </g>
  );
}

// A label may be as wide as the lane is free on both sides of its event.
function roomFor(s: Scene, t: Trace, i: number): number {
  const actor = t.steps[i]?.actor;
  let free = 2.4;
  for (const by of [-1, 1]) {
    for (let k = 1; k <= 2; k++) if (t.steps[i + by * k]?.actor === actor && i + by * k > 0) free = Math.min(free, k);
  }
  return Math.max(6, (free * s.plan.step) / 6.3);
}

function SystemEvent({ s, a, text, i, bad, fault, wide }: { s: Scene; a: number; text: string; i: number; bad: boolean; fault: boolean; wide: boolean }) {
  const [x, y] = point(s, a, s.axis - 4);
  return (
    <g class={`event system${bad ? " bad" : ""}${fault ? " fault" : ""}${dimmed(i) ? " dim" : ""}`}>
      <line {...line(s, a, s.axis, a, s.axis + s.plan.across)} />
      {!s.vertical && (
        <text x={x} y={y} text-anchor="middle">
          {clip(text, Math.max(6, s.plan.step / (wide ? 3.2 : 5.8)))}
        </text>
      )}
    </g>
  );
}
