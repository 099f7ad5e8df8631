/** What was decided and has not been confirmed yet: it is shown at once, over what the server told, and taken back where it is refused. */

import { batch, signal } from "@preact/signals";

import type { Defect, Ruling } from "../api/types";

/** `null` takes back what was decided before. */
type Wished = Ruling | null;

interface Foreseen {
  wished: Wished;
  ticket: number;
}

const foreseen = signal<ReadonlyMap<string, Foreseen>>(new Map());
const refused = signal<ReadonlyMap<string, Wished>>(new Map());
let lastTicket = 0;

/** Shows a decision on these defects before it is confirmed. The ticket returned ends it, either way. */
export function foresee(ids: readonly string[], wished: Wished): number {
  const ticket = ++lastTicket;
  const next = new Map(foreseen.peek());
  const forgiven = new Map(refused.peek());
  for (const id of ids) {
    next.set(id, { wished, ticket });
    forgiven.delete(id);
  }
  batch(() => {
    foreseen.value = next;
    refused.value = forgiven;
  });
  return ticket;
}

/** The server has it on the disk, and its own rows tell it from now on. */
export function confirmed(ticket: number): void {
  foreseen.value = new Map([...foreseen.peek()].filter(([, one]) => one.ticket !== ticket));
}

/** The server would not have it: its defects show again what holds, and that this was not saved. */
export function takenBack(ticket: number): void {
  const back = [...foreseen.peek()].filter(([, one]) => one.ticket === ticket);
  batch(() => {
    refused.value = new Map([...refused.peek(), ...back.map(([id, { wished }]) => [id, wished] as const)]);
    confirmed(ticket);
  });
}

/** Another clip: nothing of this one holds. */
export function forgetPending(): void {
  batch(() => {
    foreseen.value = new Map();
    refused.value = new Map();
  });
}

const shownBefore = new WeakMap<Defect, { over: Foreseen; row: Defect }>();

/** A row as it is to be shown: the same object for as long as nothing changes. */
export function shown(row: Defect): Defect {
  const over = foreseen.value.get(row.id);
  if (!over) return row;
  const before = shownBefore.get(row);
  if (before?.over === over) return before.row;
  const changed = { ...row, decision: over.wished };
  shownBefore.set(row, { over, row: changed });
  return changed;
}

/** What was last decided on a defect in vain: undefined where it holds after all, or nothing was. */
export function inVain(row: Defect): Wished | undefined {
  const wished = refused.value.get(row.id);
  if (wished === undefined) return undefined;
  const holds = wished?.verdict === row.decision?.verdict && (wished?.fill ?? "") === (row.decision?.fill ?? "");
  return holds ? undefined : wished;
}
