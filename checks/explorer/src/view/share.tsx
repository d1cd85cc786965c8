// Taking the board elsewhere: link, Markdown, Mermaid, Rust test, file, picture.

import { useEffect, useRef, useState } from "preact/hooks";
import { markdown, mermaid, rustTest } from "../core/report.ts";
import { shell } from "../core/words.ts";
import * as api from "./api.ts";
import type { Trace } from "../core/itf.ts";
import { address, copy, live, say, trace, verified } from "./store.ts";

/** Copies the address of this view. */
export const copyLink = (): Promise<void> => copy(address(), "link");
/** Copies the run as Markdown. */
export const copyMarkdown = async (): Promise<void> => {
  if (trace.value) await copy(markdown(trace.value, api.served ? address() : undefined), "Markdown");
};

// The server writes the test, since it has the model; a page from a file may carry it.
async function test(t: Trace): Promise<string> {
  return rustTest(t) ?? (api.served && !live.value && t.id !== "" ? api.rustTest(t.id) : Promise.reject(new Error("Only the explorer's server can write a Rust test of this run.")));
}

async function copyTest(): Promise<void> {
  try {
    if (trace.value) await copy(await test(trace.value), "Rust test");
  } catch (e) {
    say((e as Error).message);
  }
}

function save(name: string, type: string, content: BlobPart): void {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(new Blob([content], { type }));
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}

const fileName = (end: string): string => `${(trace.value?.id || trace.value?.check.model || "trace").replace(/[^\w.-]+/g, "-")}.${end}`;

function saveItf(): void {
  if (trace.value) save(fileName("itf.json"), "application/json", `${JSON.stringify(trace.value.raw)}\n`);
}

// The same page with this trace put into its data element; styles and script are those already here.
async function savePage(): Promise<void> {
  const t = trace.value;
  if (t === null) return;
  const rust_test = await test(t).catch(() => undefined);
  const copyOf = document.documentElement.cloneNode(true) as HTMLElement;
  copyOf.querySelector("#app")?.replaceChildren();
  const data = copyOf.querySelector("#trace");
  if (data) {
    data.removeAttribute("data-encoding");
    data.textContent = JSON.stringify({ ...t.raw, ...(t.foreign ? {} : { harness: { ...(t.raw["harness"] as object), rust_test } }) }).replace(/</g, "\\u003c");
  }
  const csp = copyOf.querySelector("meta[http-equiv]");
  csp?.setAttribute("content", (csp.getAttribute("content") ?? "").replace(/connect-src [^;]*/, "connect-src 'none'"));
  save(fileName("html"), "text/html", `<!doctype html>\n${copyOf.outerHTML}\n`);
}

function picture(): string | null {
  const svg = document.querySelector<SVGSVGElement>("svg.picture");
  if (svg === null) return null;
  const out = svg.cloneNode(true) as SVGSVGElement;
  out.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  out.setAttribute("width", String(svg.clientWidth));
  out.setAttribute("height", String(svg.clientHeight));
  // A picture on its own has no style sheet: what the page computed is written into every element.
  const from = [svg, ...svg.querySelectorAll("*")];
  const to = [out, ...out.querySelectorAll("*")];
  from.forEach((el, i) => {
    const style = getComputedStyle(el);
    for (const p of ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family", "font-weight"]) to[i]?.setAttribute(p, style.getPropertyValue(p));
    to[i]?.removeAttribute("class");
  });
  return new XMLSerializer().serializeToString(out);
}

function saveSvg(): void {
  const text = picture();
  if (text !== null) save(fileName("svg"), "image/svg+xml", text);
}

function savePng(): void {
  const text = picture();
  if (text === null) return;
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = image.width * 2;
    canvas.height = image.height * 2;
    const ctx = canvas.getContext("2d");
    if (!ctx) return;
    ctx.fillStyle = getComputedStyle(document.body).backgroundColor;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(fileName("png"), "image/png", blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

/** The menu. */
export function ShareMenu() {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (e: Event): void => {
      if (e instanceof KeyboardEvent ? e.key === "Escape" : !root.current?.contains(e.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("pointerdown", close);
      removeEventListener("keydown", close);
    };
  }, [open]);
  const item = (text: string, act: () => void) => (
    <button
      role="menuitem"
      onClick={() => {
        setOpen(false);
        act();
      }}
    >
      {text}
    </button>
  );
  return (
    <div class="menu" ref={root}>
      <button aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        share ▾
      </button>
      {open && (
        <div class="items" role="menu">
          {item("copy link  (y)", () => void copyLink())}
          {item("copy as Markdown  (Y)", () => void copyMarkdown())}
          {trace.value !== null && trace.value.check.replay.length > 0 && item("copy replay command  (r)", () => void copy(shell(trace.value?.check.replay ?? []), "replay command"))}
          {item("copy Mermaid diagram", () => trace.value && void copy(mermaid(trace.value).join("\n"), "diagram"))}
          {item("copy as Rust test", () => void copyTest())}
          {item("save this page, offline", () => void savePage())}
          {item("save trace (ITF)", saveItf)}
          {item("save picture (SVG)", saveSvg)}
          {item("save picture (PNG)", savePng)}
          {verified.value?.verified === false && <p class="muted">This trace does not replay: share it with that in mind.</p>}
        </div>
      )}
    </div>
  );
}
