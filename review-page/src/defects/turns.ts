/** Pictures that have to be repaired before they can be shown, asked for one at a time.
 *
 * A browser has six lines to a server. Were all of them to wait for repairs, a decision or a step would have to wait, too.
 */

import { effect } from "@preact/signals";

import { frame } from "../state/app";
import { looking } from "../state/facts";

const AT_ONCE = 1;
/** ms for which the frame in view must have stood still. */
const REST = 400;

interface Turn {
  begin: () => void;
}

const waiting: Turn[] = [];
const having = new Set<Turn>();

let timer = 0;

function next(): void {
  // What is in view comes first, and whoever moves is to have the machine.
  while (!timer && !looking.peek() && having.size < AT_ONCE) {
    const turn = waiting.shift();
    if (!turn) return;
    having.add(turn);
    turn.begin();
  }
}

effect(() => {
  void frame.value;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    timer = 0;
    next();
  }, REST);
});

effect(() => {
  if (!looking.value) next();
});

/** Calls `begin` when it is this one's turn. What is returned ends the turn, or the waiting for it; more than once does no harm. */
export function takeTurn(begin: () => void): () => void {
  const turn = { begin };
  waiting.push(turn);
  next();
  return () => {
    having.delete(turn);
    const place = waiting.indexOf(turn);
    if (place >= 0) waiting.splice(place, 1);
    next();
  };
}
