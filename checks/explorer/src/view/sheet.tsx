// The sheet of keys.

import { useEffect, useRef } from "preact/hooks";
import { keys } from "./keys.ts";
import { sheet } from "./store.ts";

export function Sheet() {
  const box = useRef<HTMLDialogElement>(null);
  const open = sheet.value;
  useEffect(() => {
    if (open && !box.current?.open) box.current?.showModal();
    if (!open) box.current?.close();
  }, [open]);
  return (
    <dialog ref={box} class="sheet" aria-labelledby="keys-title" onClose={() => (sheet.value = false)}>
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map((k) => (
          <div key={k.shown}>
            <dt>
              <kbd>{k.shown}</kbd>
            </dt>
            <dd>{k.does}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">Click selects a step; Shift-click a second one to ask whether one is a cause of the other. Search knows words, actor:, kind:, changed:, fails:, values (servers.s1.epoch &gt; 2), “A before B”, “A without B after”.</p>
      <button onClick={() => (sheet.value = false)}>close</button>
    </dialog>
  );
}
