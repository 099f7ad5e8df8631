/** The list of defects: only the rows in sight are there, whatever its length. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { session } from "../state/app";
import { advance, decide, decideRegion, protectShot } from "../state/decisions";
import { chosen, cursor, focused, need, pages, rowAt, selected, total } from "../state/defects";
import { Action } from "../ui/controls";
import { Filters, NothingYet } from "./Filters";
import { Row } from "./Row";
import { inSight, scrollFor } from "./virtual";

const ROW_REM = 5.25;
const REST = 200;

function rowHeight(): number {
  return ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
}

export function DefectList() {
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useSignal(0);
  const room = useSignal(600);
  const tall = useSignal(84);
  const resting = useSignal(true);
  const timer = useRef(0);
  const scrolled = (to: number) => {
    scroll.value = to;
    resting.value = false;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => (resting.value = true), REST);
  };

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const watched = new ResizeObserver(() => {
      room.value = box.clientHeight;
      tall.value = rowHeight();
    });
    watched.observe(box);
    return () => watched.disconnect();
  }, []);

  useSignalEffect(() => {
    const box = scroller.current;
    if (!box || cursor.value < 0) return;
    const to = scrollFor(cursor.value, total.peek(), tall.peek(), box.scrollTop, room.peek());
    if (to !== null) box.scrollTop = to;
  });

  useSignalEffect(() => {
    void pages.value;
    const { first, last } = inSight(total.value, tall.value, scroll.value, room.value);
    need(first, Math.max(last, 0));
  });

  const sight = inSight(total.value, tall.value, scroll.value, room.value);
  const rows = [];
  for (let index = sight.first; index <= sight.last; index++) {
    const row = rowAt(index);
    // By what it is, not by its place: what was decided on may have left the list, and another come in its place.
    const at = row ? row.id === focused.value?.id : cursor.value === index;
    rows.push(<Row key={row?.id ?? index} resting={resting.value} row={row} index={index} chosen={row !== null && selected.value.has(row.id)} focused={at} />);
  }
  return (
    <section class="defects" aria-label="Defects">
      <Filters />
      <div
        class="scroller"
        ref={scroller}
        role="listbox"
        aria-label="Defects"
        aria-multiselectable="true"
        aria-activedescendant={cursor.value >= 0 ? `row-${cursor.value}` : undefined}
        tabIndex={0}
        onScroll={(event) => scrolled(event.currentTarget.scrollTop)}
      >
        <div class="sheet" style={{ height: `${sight.height}px` }}>
          <div class="rows" style={{ transform: `translateY(${sight.offset}px)` }}>{rows}</div>
        </div>
        {total.value === 0 && <NothingYet />}
      </div>
      <Verdicts />
    </section>
  );
}

const FILL_NAMES: Record<string, string> = {
  previous: "Previous", next: "Next", spatial: "Spatial", diffusion: "Diffusion", original: "Original",
};

const SHORT: Record<string, string> = { previous: "Prev", original: "Source", diffusion: "Net" };

function Verdicts() {
  const none = chosen.value.length === 0;
  const frameToo = none ? " (the whole frame)" : "";
  return (
    <div class="verdicts">
      <div class="verdict-line">
        <Action label="Accept" command="accept" disabled={none} run={() => void decide("accept")}>Accept <kbd>A</kbd></Action>
        <Action label="Veto" command="veto" disabled={none} run={() => void decide("veto")}>Veto <kbd>V</kbd></Action>
        <Action
          label={`Protect${frameToo}`} command="protect"
          run={() => void (none ? decideRegion("protect", null) : decide("protect"))}
        >
          Protect <kbd>P</kbd>
        </Action>
        <Action label={`Protect for the whole shot${frameToo}`} command="protect-shot" run={() => void protectShot()}>
          Shot <kbd>⇧P</kbd>
        </Action>
      </div>
      <div class="verdict-line" role="group" aria-label="Fill">
        {(session.value?.fills ?? []).map((fill, place) => (
          <Action key={fill} label={`Fill: ${FILL_NAMES[fill] ?? fill}`} command={`fill-${place + 1}`} disabled={none} run={() => void decide("fill", fill)}>
            {SHORT[fill] ?? FILL_NAMES[fill] ?? fill} <kbd>{place + 1}</kbd>
          </Action>
        ))}
      </div>
      <div class="verdict-line last">
        <Action label="Take the decision back" command="clear" disabled={none} run={() => void decide("none")}>Undecide <kbd>U</kbd></Action>
        <label class="tick">
          <input type="checkbox" checked={advance.value} onChange={(event) => (advance.value = event.currentTarget.checked)} />
          go on to the next
        </label>
      </div>
    </div>
  );
}
