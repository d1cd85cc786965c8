// Under the picture: the whole run in one line, which is also the slider, and the buttons that move.

import { useEffect, useRef } from "preact/hooks";
import type { Trace } from "../core/itf.ts";
import { moment, verdictStep } from "../core/words.ts";
import { Glyph } from "./glyph.tsx";
import { changeSize, clear, flipSteps, hits, kept, loop, move, playing, range, room, select, step, theme, trace } from "./store.ts";

/** Minimap, slider and transport. */
export function Strip() {
  const t = trace.value;
  if (t === null) return null;
  const last = t.length - 1;
  return (
    <div class="strip">
      <div class="transport">
        <Move label="first step" glyph="first" act={() => select(0, "jump")} />
        <Move label="step back" glyph="left" act={() => move(-1)} />
        <span class="counter" aria-hidden="true">
          <b>{step.value}</b> / {last}
        </span>
        <Move label="step on" glyph="right" act={() => move(1)} />
        <Move label="last step" glyph="last" act={() => select(last, "jump")} />
        <Move label={playing.value ? "pause" : "play"} glyph={playing.value ? "pause" : "play"} act={togglePlay} />
      </div>
      {range.value !== null && (
        <button class="tab" aria-pressed="true" title="show all steps again (Esc)" onClick={() => clear("range")}>
          steps {range.value.join("–")} ×
        </button>
      )}
      <Slider t={t} last={last} />
    </div>
  );
}

function Move({ label, glyph, act }: { label: string; glyph: string; act: () => void }) {
  return (
    <button class="icon" aria-label={label} title={label} onClick={act}>
      <Glyph name={glyph} />
    </button>
  );
}

/** Starts or stops playing; a reader who asked for less motion only ever steps. */
export function togglePlay(): void {
  if (playing.value || trace.value === null) {
    playing.value = false;
    return;
  }
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    move(1);
    return;
  }
  if (step.value === trace.value.length - 1) select(0);
  playing.value = true;
  const tick = (): void => {
    if (!playing.value || trace.value === null) return;
    move(1);
    if (step.value >= trace.value.length - 1) playing.value = false;
    else setTimeout(tick, 700);
  };
  setTimeout(tick, 500);
}

function Slider({ t, last }: { t: Trace; last: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const el = useRef<HTMLDivElement>(null);
  const i = step.value;
  usePainting(canvas, t);
  const jump = (e: PointerEvent): void => {
    const b = (el.current as HTMLDivElement).getBoundingClientRect();
    select(Math.round(((e.clientX - b.left) / b.width) * last));
  };
  const down = (e: PointerEvent): void => {
    (e.currentTarget as HTMLElement).setPointerCapture(e.pointerId);
    jump(e);
  };
  return (
    <div
      ref={el}
      class="slider"
      role="slider"
      tabIndex={0}
      aria-label="step"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={i}
      aria-valuetext={moment(t, i)}
      onPointerDown={down}
      onPointerMove={(e) => e.buttons === 1 && jump(e)}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <div class="thumb" style={{ left: `${last === 0 ? 0 : (100 * i) / last}%` }} />
    </div>
  );
}

// Everything in one line: bars for the size of change, marks for verdict flips and matches, a bracket for the loop.
function usePainting(ref: { current: HTMLCanvasElement | null }, t: Trace): void {
  const found = hits.value;
  const keep = kept.value;
  const flips = flipSteps.value;
  const lasso = loop.value;
  const width = room.value.width;
  const colours = theme.value;
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    let stop = false;
    const paint = (from: number): void => {
      if (stop) return;
      // Sizes of change cost a comparison each: a long run is measured in slices, and painted again.
      const until = performance.now() + 8;
      let i = from;
      while (i < t.length && performance.now() < until) changeSize(t, i++);
      draw(canvas, t, i, found, keep, flips, lasso?.from);
      if (i < t.length) setTimeout(() => paint(i), 30);
    };
    paint(0);
    return () => {
      stop = true;
    };
  }, [t, found, keep, flips, width, colours]);
}

function draw(canvas: HTMLCanvasElement, t: Trace, known: number, found: number[], keep: Set<number> | null, flips: number[], loopFrom: number | undefined): void {
  const scale = devicePixelRatio || 1;
  const w = canvas.clientWidth;
  const h = canvas.clientHeight;
  canvas.width = w * scale;
  canvas.height = h * scale;
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  ctx.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const x = (i: number): number => (t.length === 1 ? 0 : (i / (t.length - 1)) * w);
  const bins = Math.min(w, known);
  let most = 1;
  const tops: number[] = [];
  for (let b = 0; b < bins; b++) {
    let n = 0;
    for (let i = Math.floor((b * known) / bins); i < Math.max(Math.floor(((b + 1) * known) / bins), Math.floor((b * known) / bins) + 1); i++) n = Math.max(n, keep === null || keep.has(i) ? changeSize(t, i) : 0);
    tops.push(n);
    most = Math.max(most, n);
  }
  ctx.fillStyle = colour("--bar");
  tops.forEach((n, b) => {
    const tall = n === 0 ? 0 : Math.max(2, ((h - 8) * Math.sqrt(n)) / Math.sqrt(most));
    ctx.fillRect(x(Math.floor((b * known) / bins)) - 1, h - tall, Math.max(1.5, Math.min(8, w / t.length - 1)), tall);
  });
  ctx.fillStyle = colour("--example");
  for (const i of found) ctx.fillRect(x(i) - 1.5, 0, 3, 6);
  ctx.fillStyle = colour("--muted");
  for (const i of flips.slice(0, 2000)) ctx.fillRect(x(i) - 0.5, 0, 1.5, h);
  ctx.fillStyle = t.check.verdict === "reached" ? colour("--example") : colour("--violated");
  if (t.check.verdict !== "") ctx.fillRect(x(verdictStep(t)) - 1.5, 0, 3, h);
  if (loopFrom !== undefined) ctx.fillRect(x(loopFrom), 1, w - x(loopFrom), 2);
}
