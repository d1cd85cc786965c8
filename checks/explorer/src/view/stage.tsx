// The scrolling part of the board: names stay, the picture slides under them, and only what is near the screen exists.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { computed, signal } from "@preact/signals";
import { columnOf } from "../core/fold.ts";
import type { Trace } from "../core/itf.ts";
import { stepShort, stepWords, verdictStep } from "../core/words.ts";
import { box, clip, DENSE, Events, Lanes, Messages, point, type Window } from "./drawing.tsx";
import { Rows } from "./rows.tsx";
import { offers, ordered } from "./elsewhere.tsx";
import { px } from "./memo.ts";
import { everyProperty, scene, type Scene } from "./scene.ts";
import { causes, clear, columns, go, hovered, live, loop, room, second, select, step, trace, view, zoom } from "./store.ts";
import { cone } from "../core/causal.ts";
import { message } from "../core/words.ts";

/** Scroll position along the axis, in half screens: the picture is drawn again only when it leaves one. */
const at = signal(0);
const NAMES = 224;

const window_ = computed<Window>(() => {
  const r = room.value;
  const s = scene.value;
  const size = s?.vertical ? r.height : r.width;
  const half = Math.max(200, size / 2);
  const end = (s?.plan.along ?? 0) + (live.value ? 230 : 10);
  // After zooming out the scroll position may still lie behind the end.
  const from = Math.floor(Math.min(at.value, Math.max(0, end - half)) / half) * half - half;
  return { from: Math.max(0, from), to: Math.min(end, from + half * 4) };
});
const range = computed(() => {
  const s = scene.value;
  if (s === null) return { first: 0, last: -1 };
  const w = window_.value;
  const c = columns.value;
  return { first: columnOf(c, s.plan.stepAt(w.from)), last: Math.min(c.length - 1, columnOf(c, s.plan.stepAt(w.to)) + 1) };
});

/** The board's picture with its names. */
export function Stage() {
  const outer = useRef<HTMLDivElement>(null);
  const s = scene.value;
  const t = trace.value;
  useResize(outer);
  useFollow(outer);
  if (s === null || t === null) return null;
  const w = window_.value;
  const { first, last } = range.value;
  // A live run goes on: there is room for what can happen next.
  const extent = s.plan.along + (live.value ? 230 : 0);
  const size = { along: w.to - w.from, across: s.across };
  const vb = s.vertical ? `0 ${w.from} ${size.across} ${size.along}` : `${w.from} 0 ${size.along} ${size.across}`;
  return (
    <div ref={outer} class={s.vertical ? "stage upright" : "stage"} tabIndex={0} role="group" aria-label="the run, lane by lane; arrow keys move" onScroll={(e) => (at.value = s.vertical ? e.currentTarget.scrollTop : e.currentTarget.scrollLeft)} onWheel={wheel} onDblClick={() => clear("zoom")}>
      <div class="canvas" style={px(s.vertical ? { width: s.across + 320, height: extent + 110 } : { width: extent + NAMES, height: s.across })}>
        <Names s={s} t={t} />
        <svg class="picture" style={px(s.vertical ? { top: w.from + 110, left: 0, width: size.across, height: size.along } : { left: w.from + NAMES, top: 0, width: size.along, height: size.across })} viewBox={vb} onPointerDown={(e) => drag(e, s)} onClick={(e) => pick(e, s)} aria-hidden="true">
          <defs>
            <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect class="hatchback" width="6" height="6" />
              <line class="hatchline" x1="0" y1="0" x2="0" y2="6" />
            </pattern>
          </defs>
          <Selected s={s} />
          <Axis s={s} t={t} first={first} last={last} />
          <Lanes s={s} t={t} w={w} />
          <Messages s={s} t={t} w={w} />
          <Events s={s} t={t} w={w} first={first} last={last} labels={s.plan.step >= 52 && last - first < 160} />
          <Rows s={s} t={t} w={w} first={first} last={last} />
          <Overlay s={s} t={t} w={w} />
          <Ghosts s={s} t={t} />
        </svg>
        {s.vertical && <Captions s={s} t={t} first={first} last={last} />}
      </div>
    </div>
  );
}

function useResize(outer: { current: HTMLDivElement | null }): void {
  useEffect(() => {
    const el = outer.current;
    const measure = (): void => {
      const next = { width: el?.clientWidth ?? innerWidth, height: el?.clientHeight ?? innerHeight, narrow: innerWidth < 700 };
      const now = room.value;
      if (next.width !== now.width || next.height !== now.height || next.narrow !== now.narrow) room.value = next;
    };
    measure();
    if (!el) return;
    const watch = new ResizeObserver(measure);
    watch.observe(el);
    return () => watch.disconnect();
  }, [outer.current]);
}

// Keeps the selected step on the screen, a quarter of it away from the edges.
function useFollow(outer: { current: HTMLDivElement | null }): void {
  const s = scene.value;
  const i = step.value;
  const r = room.value;
  const last = useRef("");
  useLayoutEffect(() => {
    const el = outer.current;
    if (!el || s === null) return;
    // What is left from the other orientation would hide the names.
    if (s.vertical && last.current !== "v") el.scrollLeft = 0;
    if (!s.vertical && last.current !== "h") el.scrollTop = 0;
    last.current = s.vertical ? "v" : "h";
    const place = s.plan.place(i);
    const [now, size, lead] = s.vertical ? [el.scrollTop, el.clientHeight, 110] : [el.scrollLeft, el.clientWidth, NAMES];
    const free = size - lead;
    if (place > now + free * 0.15 && place < now + free * 0.85) return;
    const to = Math.max(0, place - free / 2);
    if (s.vertical) el.scrollTop = to;
    else el.scrollLeft = to;
    at.value = s.vertical ? el.scrollTop : el.scrollLeft;
  }, [i, s, r]);
}

function wheel(e: WheelEvent): void {
  if (!e.ctrlKey) return;
  e.preventDefault();
  go({ zoom: Math.max(3, Math.min(120, Math.round(zoom.value * (e.deltaY > 0 ? 0.85 : 1.18)))) }, "scrub");
}

function stepUnder(e: MouseEvent, svg: Element, s: Scene): number {
  const box = svg.getBoundingClientRect();
  const w = window_.value;
  return s.plan.stepAt(s.vertical ? e.clientY - box.top + w.from : e.clientX - box.left + w.from);
}

/** The steps between which the axis is being dragged. */
const dragged = signal<[number, number] | null>(null);

// Dragging along the axis chooses a range of steps; the others fold when it is let go.
function drag(e: PointerEvent, s: Scene): void {
  const svg = e.currentTarget as SVGSVGElement;
  const box = svg.getBoundingClientRect();
  if (e.button !== 0 || (s.vertical ? e.clientX - box.left : e.clientY - box.top) > s.axis) return;
  const from = stepUnder(e, svg, s);
  const move = (m: PointerEvent): void => {
    const to = stepUnder(m, svg, s);
    if (to !== from || dragged.value !== null) dragged.value = [Math.min(from, to), Math.max(from, to)];
  };
  const stop = new AbortController();
  addEventListener("pointermove", move, stop);
  for (const end of ["pointerup", "pointercancel"] as const) {
    addEventListener(
      end,
      () => {
        stop.abort();
        const chosen = dragged.value;
        // The click that follows would select a step.
        setTimeout(() => (dragged.value = null));
        if (chosen !== null && chosen[0] < chosen[1] && end === "pointerup") go({ range: chosen });
      },
      stop,
    );
  }
}

function pick(e: MouseEvent, s: Scene): void {
  if (dragged.value !== null) return;
  const i = stepUnder(e, e.currentTarget as Element, s);
  if (e.shiftKey) second.value = second.value === i ? null : i;
  else select(i, "jump");
}

function Names({ s, t }: { s: Scene; t: Trace }) {
  const culprit = t.steps[verdictStep(t)]?.actor;
  const violated = t.check.verdict === "violated";
  const place = (start: number, size: number): Record<string, string> => px(s.vertical ? { left: start, width: size } : { top: start, height: size });
  return (
    <div class="names" style={px(s.vertical ? { width: s.across } : { height: s.across })}>
      {s.plan.lanes.map((lane) => (
        <div key={lane.id} class={`name lane-name${violated && lane.id === culprit ? " culprit" : ""}`} title={`${lane.name} (${lane.role})`} style={place(s.axis + lane.across - s.lane / 2, s.lane)}>
          <span>{lane.name}</span>
        </div>
      ))}
      {s.rows.map((row) => (
        <div key={row.kind + row.name} class={`name row-name kind-${row.kind}`} title={row.title} style={place(row.start, row.size)}>
          <span>{row.kind === "quiet" ? "" : row.kind === "property" && row.title !== row.name && !s.vertical ? <PropertyName id={row.name} text={row.title} /> : row.name}</span>
          {row.kind === "quiet" && !s.vertical && (
            <button class="tiny" aria-pressed={everyProperty.value} onClick={() => (everyProperty.value = !everyProperty.value)}>
              {everyProperty.value ? "fewer" : row.title}
            </button>
          )}
          {row.kind === "pin" && !s.vertical && (
            <button class="tiny" aria-label={`unpin ${row.name}`} onClick={() => go({ pins: view.value.pins.filter((p) => p !== row.path) }, "scrub")}>
              ×
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function PropertyName({ id, text }: { id: string; text: string }) {
  return (
    <>
      <b>{id}</b> {text}
    </>
  );
}

function Axis({ s, t, first, last }: { s: Scene; t: Trace; first: number; last: number }) {
  const every = s.plan.step >= 24 ? 1 : s.plan.step >= 12 ? 5 : s.plan.step >= 5 ? 20 : 50;
  const out = [];
  for (let k = first; k <= last; k++) {
    const i = s.plan.columns[k]?.from ?? 0;
    if (i % every !== 0) continue;
    const [x, y] = point(s, s.plan.place(i), s.vertical ? 16 : s.numbers);
    out.push(
      <text key={i} x={x} y={s.vertical ? y + 4 : y} text-anchor="middle">
        {i}
      </text>,
    );
  }
  void t;
  return <g class="axis">{out}</g>;
}

function Selected({ s }: { s: Scene }) {
  const a = s.plan.place(step.value);
  const half = Math.max(2, s.plan.step / 2);
  const mark = (i: number, kind: string) => <rect key={kind + i} class={kind} {...box(s, s.plan.place(i) - half, 0, half * 2, s.across)} rx="4" />;
  return (
    <>
      {view.value.base !== undefined && mark(view.value.base, "column baseline")}
      {view.value.highlights.map((i) => mark(i, "column highlighted"))}
      {second.value !== null && mark(second.value, "column second")}
      {dragged.value !== null && <rect class="column dragged" {...box(s, s.plan.place(dragged.value[0]) - half, 0, s.plan.place(dragged.value[1]) - s.plan.place(dragged.value[0]) + half * 2, s.across)} />}
      <rect class="column selected" {...box(s, a - half, 0, half * 2, s.across)} rx="4" />
    </>
  );
}

// Lies over the picture: later steps fade, and the chain of causes of the message under the pointer stands out.
function Overlay({ s, t, w }: { s: Scene; t: Trace; w: Window }) {
  const a = s.plan.place(step.value) + s.plan.step / 2;
  const near = s.plan.step >= 52 ? [step.value].filter((i) => i > 0) : s.plan.step < DENSE ? [] : Array.from({ length: 7 }, (_, k) => step.value - 3 + k).filter((i) => i > 0 && i < t.length);
  return (
    <g class="overlay">
      {a < w.to && <rect class="later" {...box(s, a, s.axis, s.plan.along - a, s.across - s.axis)} />}
      {!s.vertical &&
        near.map((i) => {
          const lane = s.plan.lanes.find((l) => l.id === t.steps[i]?.actor);
          const shown = t.steps[i];
          if (!lane || !shown) return null;
          const [x, y] = point(s, s.plan.place(i), lane.across + s.axis - 10);
          return (
            <text key={i} class={`${i === step.value ? "near now" : "near"}${i === step.value && i === verdictStep(t) ? (t.check.verdict === "reached" ? " tone-example" : t.check.verdict === "violated" ? " tone-violated" : "") : ""}`} x={x} y={y} text-anchor="middle">
              {i === step.value ? stepShort(t, shown) : clip(stepShort(t, shown), Math.max(6, s.plan.step / 4))}
            </text>
          );
        })}
      <Hovered s={s} t={t} />
    </g>
  );
}

function Hovered({ s, t }: { s: Scene; t: Trace }) {
  const m = message(t, hovered.value ?? undefined);
  if (!m) return null;
  const past = [...cone(causes.value, m.recv[0] ?? m.sent)];
  if (past.length > 200) return null;
  return (
    <>
      {past.map((i) => {
        const lane = s.plan.lanes.find((l) => l.id === t.steps[i]?.actor);
        if (!lane) return null;
        const [cx, cy] = point(s, s.plan.place(i), lane.across + s.axis);
        return <circle key={i} class="cause" cx={cx} cy={cy} r="9" />;
      })}
    </>
  );
}

// With a live model: what can happen next, as rings on the lanes of those who would act, under the digit that takes it.
function Ghosts({ s, t }: { s: Scene; t: Trace }) {
  if (!live.value || step.value !== t.length - 1) return null;
  const byLane = new Map<string, { n: number; breaks: boolean }[]>();
  ordered(offers(t, step.value).list).forEach((a, n) => {
    const lane = s.plan.lanes.find((l) => a.label.toLowerCase().startsWith(`${l.name.toLowerCase()} `));
    if (lane && n < 9 && a.effect) byLane.set(lane.id, [...(byLane.get(lane.id) ?? []), { n: n + 1, breaks: a.breaks.length > 0 }]);
  });
  return (
    <g class="ghosts">
      {s.plan.lanes.flatMap((lane) =>
        (byLane.get(lane.id) ?? []).map(({ n, breaks }, k) => {
          const [x, y] = point(s, s.plan.place(step.value) + s.plan.step * 0.75 + k * 21, lane.across + s.axis);
          return (
            <g key={`${lane.id}${n}`} class={breaks ? "ghost breaks" : "ghost"}>
              <circle cx={x} cy={y} r={breaks ? 10.5 : 9} />
              <text x={x} y={y + 4} text-anchor="middle">
                {breaks ? `✗${n}` : n}
              </text>
            </g>
          );
        }),
      )}
    </g>
  );
}

function Captions({ s, t, first, last }: { s: Scene; t: Trace; first: number; last: number }) {
  const out = [];
  for (let k = first; k <= last; k++) {
    const column = s.plan.columns[k];
    if (!column || s.plan.step < 18) continue;
    const i = column.from;
    const text = column.to > column.from ? `${column.to - column.from + 1} steps folded` : stepWords(t, i);
    out.push(
      <button key={i} tabIndex={-1} class={i === step.value ? "caption now" : i > step.value ? "caption after" : "caption"} style={px({ top: s.plan.place(i) + 110 - 9, left: s.across + 6 })} onClick={() => select(i, "jump")}>
        {text}
      </button>,
    );
  }
  if (loop.value !== null) out.push(<span key="loop" class="caption note" style={px({ top: s.plan.along + 92, left: s.across + 6 })}>{loop.value.sentence}</span>);
  return <>{out}</>;
}
