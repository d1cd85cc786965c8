// The search box with its matches and the way through them.

import { go, hits, select, step, view } from "./store.ts";
import { togglePin } from "./tree.tsx";

/** Goes to the next or previous match. */
export function nextHit(by: 1 | -1): void {
  const found = hits.value;
  if (found.length === 0) return;
  const now = step.value;
  const next = by === 1 ? (found.find((i) => i > now) ?? found[0]) : (found.filter((i) => i < now).pop() ?? found[found.length - 1]);
  if (next !== undefined) select(next, "jump");
}

/** The box; Enter goes on, Shift-Enter back, Escape leaves. */
export function SearchBox() {
  const q = view.value.query ?? "";
  const found = hits.value;
  const here = found.indexOf(step.value);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        nextHit(1);
      }}
    >
      <input
        id="search"
        type="search"
        value={q}
        placeholder="search steps  /"
        aria-label="search steps: words, actor:, kind:, changed:, path > value, A before B, A without B after"
        title={'words   actor:a1   kind:Accept   changed:owner   servers.s1.epoch > 2   A before B   A without B after'}
        spellcheck={false}
        onInput={(e) => go({ query: e.currentTarget.value }, "scrub")}
        onKeyDown={(e) => {
          if (e.key === "Enter" && e.shiftKey) {
            e.preventDefault();
            nextHit(-1);
          }
          if (e.key === "Escape") e.currentTarget.blur();
        }}
      />
      {q !== "" && (
        <span class="found" role="status">
          {found.length === 0 ? "no match" : here >= 0 ? `${here + 1} of ${found.length}` : `${found.length} found`}
        </span>
      )}
      {/^[\w."]+$/.test(q) && q.includes(".") && (
        <button type="button" class="tiny" title="show this value as a row" onClick={() => togglePin(q)}>
          pin
        </button>
      )}
    </form>
  );
}
