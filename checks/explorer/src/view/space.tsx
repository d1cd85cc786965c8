// The space of states: a layered picture up to a cap, the depth of every state, and which actions ever happen.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { count } from "../core/words.ts";
import * as api from "./api.ts";
import { px } from "./memo.ts";
import { go, problem, theme, view } from "./store.ts";

const data = signal<api.Graph | null>(null);
const CAP = 3000;

async function load(model: string): Promise<void> {
  data.value = null;
  try {
    data.value = await api.graph(model, CAP);
  } catch (e) {
    problem.value = (e as Error).message;
  }
}

/** The page. */
export function SpacePage() {
  const model = view.value.id;
  useEffect(() => {
    document.title = `Quorate: the space of ${model}`;
    void load(model);
  }, [model]);
  const g = data.value;
  return (
    <main class="space">
      <div class="headline">
        <button class="back" onClick={() => go({ page: "runs", id: "" })}>
          ‹ all runs
        </button>
        <h1>The states of {model}</h1>
        <div class="tools">
          <button onClick={() => go({ page: "model", id: model, path: [] })}>drive it</button>
        </div>
      </div>
      {g === null ? <p class="muted">Searching the first {CAP.toLocaleString("en")} states …</p> : <Found g={g} model={model} />}
    </main>
  );
}

function Found({ g, model }: { g: api.Graph; model: string }) {
  const bad = g.nodes.filter((n) => n.breaks.length > 0).length;
  const ends = g.nodes.filter((n) => n.end).length;
  return (
    <>
      <p class="sentence">
        {g.says !== "" && <>{g.says[0]?.toUpperCase() + g.says.slice(1)}. </>}
        <b>{g.cut ? `The first ${g.nodes.length.toLocaleString("en")} states` : `All ${g.nodes.length.toLocaleString("en")} states`}</b>, {count(g.edges.length, "step")} between them, {count(g.levels.length, "level")} deep
        {g.cut ? " (there are more: the last level is not complete)" : ""}. {bad > 0 ? <span class="tone-violated">✗ {count(bad, "state breaks", "states break")} a property.</span> : "No state among them breaks a property."} {count(ends, "state")} {ends === 1 ? "is an end" : "are ends"}: nothing can happen there.
      </p>
      <div class="legend muted">
        <span class="key v">✗ breaks a property</span> <span class="key e">□ end</span> <span class="key n">• state</span> click: the shortest run there
      </div>
      <Picture g={g} model={model} />
      <div class="panels two">
        <section aria-labelledby="h-depth">
          <h2 id="h-depth">States by depth</h2>
          <Histogram levels={g.levels} cut={g.cut} nodes={g.nodes} />
        </section>
        <section aria-labelledby="h-cover">
          <h2 id="h-cover">Actions</h2>
          <Coverage g={g} />
        </section>
      </div>
    </>
  );
}

interface Place {
  x: number;
  y: number;
  /** How large the state can be drawn without touching its neighbour. */
  r: number;
}

// Each level is one row; within it states stand in the order of their parents, so that edges cross little.
function places(g: api.Graph, width: number, height: number): Place[] {
  const levels: number[][] = [];
  g.nodes.forEach((n, i) => (levels[n.level] ??= []).push(i));
  const out: Place[] = new Array<Place>(g.nodes.length);
  const tall = height / Math.max(1, levels.length);
  levels.forEach((row, d) => {
    const middle = (i: number): number => {
      const p = g.nodes[i]?.parent;
      return p === null || p === undefined ? 0 : (out[p]?.x ?? 0);
    };
    const sorted = row.map((i) => ({ i, m: middle(i) })).sort((a, b) => a.m - b.m || a.i - b.i);
    const gap = Math.min(46, (width - 24) / Math.max(1, row.length));
    sorted.forEach(({ i }, k) => {
      out[i] = { x: width / 2 + (k - (row.length - 1) / 2) * gap, y: tall * (d + 0.5), r: Math.max(0.7, Math.min(4.5, gap * 0.36)) };
    });
  });
  return out;
}

function Picture({ g, model }: { g: api.Graph; model: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = Math.max(220, Math.min(560, g.levels.length * 34));
  const spots = useRef<Place[]>([]);
  useEffect(() => {
    const el = canvas.current;
    if (!el) return;
    const paint = (): void => {
      spots.current = places(g, el.clientWidth, height);
      draw(el, g, spots.current, height);
    };
    paint();
    const watch = new ResizeObserver(paint);
    watch.observe(el);
    return () => watch.disconnect();
  }, [g, theme.value]);
  const pick = (e: MouseEvent): void => {
    const b = (e.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [e.clientX - b.left, e.clientY - b.top];
    let best = -1;
    let near = 400;
    spots.current.forEach((p, i) => {
      const d = (p.x - x) ** 2 + (p.y - y) ** 2;
      if (d < near) [best, near] = [i, d];
    });
    if (best >= 0) go({ page: "model", id: model, path: pathTo(g, best) });
  };
  return <canvas ref={canvas} class="graph" style={px({ height })} onClick={pick} role="img" aria-label={`states of ${model}, one row a level; the table below has the numbers`} />;
}

function pathTo(g: api.Graph, node: number): string[] {
  const out: string[] = [];
  for (let i: number | null = node; i !== null; i = g.nodes[i]?.parent ?? null) out.unshift(g.nodes[i]?.token ?? "");
  return out;
}

function draw(el: HTMLCanvasElement, g: api.Graph, at: Place[], height: number): void {
  const scale = devicePixelRatio || 1;
  const width = el.clientWidth;
  el.width = width * scale;
  el.height = height * scale;
  const ctx = el.getContext("2d");
  if (!ctx) return;
  ctx.scale(scale, scale);
  const style = getComputedStyle(el);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  ctx.strokeStyle = colour("--line");
  ctx.globalAlpha = Math.max(0.25, Math.min(1, 300 / g.edges.length));
  ctx.beginPath();
  for (const e of g.edges) {
    const [a, b] = [at[e.from], at[e.to]];
    if (!a || !b) continue;
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  // The shortest way to the first state that breaks something is thick: it is the counterexample.
  const first = g.nodes.findIndex((n) => n.breaks.length > 0);
  if (first >= 0) {
    ctx.strokeStyle = colour("--violated");
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    for (let i: number | null = first; i !== null; i = g.nodes[i]?.parent ?? null) {
      const p = at[i] as Place;
      if (i === first) ctx.moveTo(p.x, p.y);
      else ctx.lineTo(p.x, p.y);
    }
    ctx.stroke();
  }
  ctx.lineWidth = 1.6;
  g.nodes.forEach((n, i) => {
    const p = at[i] as Place;
    const r = p.r;
    if (n.breaks.length > 0) {
      ctx.strokeStyle = colour("--violated");
      const k = Math.max(3, r * 1.4);
      ctx.beginPath();
      ctx.moveTo(p.x - k, p.y - k);
      ctx.lineTo(p.x + k, p.y + k);
      ctx.moveTo(p.x + k, p.y - k);
      ctx.lineTo(p.x - k, p.y + k);
      ctx.stroke();
    } else if (n.end) {
      ctx.strokeStyle = colour("--fam1");
      const k = Math.max(2.5, r * 1.2);
      ctx.strokeRect(p.x - k, p.y - k, k * 2, k * 2);
    } else {
      ctx.fillStyle = colour("--fam0");
      ctx.beginPath();
      ctx.arc(p.x, p.y, r, 0, 7);
      ctx.fill();
    }
  });
}

function Histogram({ levels, cut, nodes }: { levels: number[]; cut: boolean; nodes: api.Graph["nodes"] }) {
  const most = Math.max(1, ...levels);
  const bad = new Map<number, number>();
  for (const n of nodes) if (n.breaks.length > 0) bad.set(n.level, (bad.get(n.level) ?? 0) + 1);
  return (
    <table class="histogram">
      <thead>
        <tr>
          <th>depth</th>
          <th>states</th>
          <th>
            <span class="hidden">share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {levels.slice(0, 200).map((n, d) => (
          <tr key={d}>
            <td>{d}</td>
            <td>
              {n.toLocaleString("en")}
              {cut && d === levels.length - 1 ? " +" : ""}
            </td>
            <td>
              <span class="barline" style={{ width: `${Math.max(1, (100 * n) / most)}%` }} />
              {bad.has(d) && <span class="tone-violated">✗ {bad.get(d)}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Coverage({ g }: { g: api.Graph }) {
  const counts = new Map<string, number>(g.kinds.map((k) => [k, 0]));
  for (const e of g.edges) counts.set(e.kind, (counts.get(e.kind) ?? 0) + 1);
  const rows = [...counts].sort((a, b) => a[1] - b[1] || a[0].localeCompare(b[0]));
  const broken = new Map<string, number>();
  for (const n of g.nodes) for (const b of n.breaks) broken.set(b, (broken.get(b) ?? 0) + 1);
  return (
    <>
      <table>
        <thead>
          <tr>
            <th>action</th>
            <th>times</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([kind, n]) => (
            <tr key={kind} class={n === 0 ? "never" : ""}>
              <td>{kind}</td>
              <td>{n === 0 ? (g.cut ? "not yet" : "NEVER") : n.toLocaleString("en")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Properties</h3>
      <table>
        <thead>
          <tr>
            <th>property</th>
            <th>among these states</th>
          </tr>
        </thead>
        <tbody>
          {g.claims.map((c) => (
            <tr key={c.id}>
              <td>
                <b>{c.id}</b> {c.text}
              </td>
              <td>{status(c, broken.get(c.id) ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function status(c: api.Graph["claims"][number], broken: number) {
  if (broken > 0) return <span class="tone-violated">✗ fails in {broken}</span>;
  if (c.kind === "always" || c.kind === "always step") return "✓ holds";
  return <span class="muted">{c.kind}: see the checks</span>;
}
