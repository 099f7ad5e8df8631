/** The keyboard map. */

import { useEffect, useRef } from "preact/hooks";

import { KEYMAP, keyName } from "../keys/map";
import { helpOpen } from "../state/app";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      class="help" ref={dialog} aria-label="Keyboard map"
      onClose={() => (helpOpen.value = false)}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <header>
        <h1>Keyboard</h1>
        <button onClick={() => dialog.current?.close()}>Close</button>
      </header>
      <div class="help-groups">
        {KEYMAP.map((group) => (
          <section key={group.title}>
            <h2>{group.title}</h2>
            <dl>
              {group.commands.map((command) => (
                <div key={command.id}>
                  <dt><kbd title={command.keys.map(keyName).join(", ")}>{keyName(command.keys[0] ?? "")}</kbd></dt>
                  <dd>{command.says}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="quiet">
        Wheel: zoom. Drag: pan. Middle or right button: pan with any tool. Double click: 1:1 and back. On the timeline: wheel zooms,
        Shift and wheel moves, double click shows all. Ctrl is the command key on a Mac.
      </p>
    </dialog>
  );
}
