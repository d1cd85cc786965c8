// Small inline pictures. Shapes carry the meaning, colour repeats it.

import type { Verdict } from "../core/words.ts";

const paths: Record<string, string> = {
  cross: "M3 3 13 13M13 3 3 13",
  tick: "M2.5 8.5 6.5 12.5 13.5 3.5",
  star: "M8 1.5 9.9 6 14.7 6.4 11 9.5 12.2 14.2 8 11.7 3.8 14.2 5 9.5 1.3 6.4 6.1 6Z",
  ring: "M8 2.5a5.5 5.5 0 1 0 .01 0Z",
  dash: "M3 8H13",
  play: "M4 2.5 13 8 4 13.5Z",
  pause: "M4.5 3V13M11.5 3V13",
  left: "M10.5 3 5 8 10.5 13",
  right: "M5.5 3 11 8 5.5 13",
  first: "M12 3 6.5 8 12 13M4 3V13",
  last: "M4 3 9.5 8 4 13M12 3V13",
  pin: "M8 2V9M4.5 9H11.5M8 9V14M6 2H10",
};

/** A glyph of 1 em; decorative unless it has a label. */
export function Glyph({ name, label }: { name: string; label?: string }) {
  const filled = name === "star" || name === "play";
  return (
    <svg class="glyph" viewBox="0 0 16 16" role={label === undefined ? "presentation" : "img"} {...(label === undefined ? { "aria-hidden": true } : { "aria-label": label })}>
      <path d={paths[name] ?? ""} fill={filled ? "currentColor" : "none"} stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** Glyph and word of a verdict, in its colour. */
export function VerdictMark({ verdict, small = false }: { verdict: Verdict; small?: boolean }) {
  return (
    <span class={`verdict tone-${verdict.tone}${small ? " small" : ""}`}>
      <Glyph name={verdict.glyph} /> {verdict.word}
    </span>
  );
}
