/** Runs the commands of the keyboard map. */

import { clip, frame, goTo, helpOpen, panel, say, session } from "../state/app";
import { decide, emptyBox, protectShot, redo, undo } from "../state/decisions";
import { clearSelection, focused, moveCursor, selectAll } from "../state/defects";
import {
  flip, flipBeforeAfter, matteShown, outlinesShown, resetLook, stepFlip, toggleCompare, truthShown,
} from "../state/look";
import { jump } from "../state/timeline";
import { growBrush, pickTool, tool } from "../state/tools";
import * as transport from "../state/transport";
import { fit, fitted, zoomOnBox, zoomStep, zoomTo } from "../viewer/placing";
import { commandOf } from "./map";

function fillNumber(place: number): void {
  const fill = session.value?.fills[place];
  if (fill) void decide("fill", fill);
}

function ifThere(there: boolean | undefined, what: string, run: () => void): void {
  if (there) run();
  else say(`This clip has no ${what}.`);
}

const RUN: Record<string, () => unknown> = {
  accept: () => decide("accept"),
  veto: () => decide("veto"),
  protect: () => decide("protect"),
  "protect-shot": protectShot,
  "fill-1": () => fillNumber(0),
  "fill-2": () => fillNumber(1),
  "fill-3": () => fillNumber(2),
  "fill-4": () => fillNumber(3),
  "fill-5": () => fillNumber(4),
  clear: () => decide("none"),
  undo,
  redo,
  "defect-next": () => moveCursor(1),
  "defect-previous": () => moveCursor(-1),
  "defect-extend": () => moveCursor(1, true),
  "defect-extend-up": () => moveCursor(-1, true),
  "worth-next": () => jump(1),
  "worth-previous": () => jump(-1),
  "cut-next": () => jump(1, "cut"),
  "cut-previous": () => jump(-1, "cut"),
  "select-all": selectAll,
  escape: () => {
    helpOpen.value = false;
    flip.value = 0;
    emptyBox.value = null;
    tool.value = "hand";
    clearSelection();
  },
  play: transport.togglePlay,
  "shuttle-back": () => transport.shuttle(-1),
  "shuttle-stop": transport.stop,
  "shuttle-on": () => transport.shuttle(1),
  "step-on": () => transport.step(1),
  "step-back": () => transport.step(-1),
  "leap-on": () => transport.step(10),
  "leap-back": () => transport.step(-10),
  first: () => end(0),
  last: () => end(1),
  in: transport.markIn,
  out: transport.markOut,
  "marks-clear": transport.clearMarks,
  loop: transport.loopAround,
  wipe: () => toggleCompare("wipe"),
  side: () => toggleCompare("side"),
  flip: flipBeforeAfter,
  difference: () => toggleCompare("difference"),
  matte: () => (matteShown.value = !matteShown.value),
  outlines: () => (outlinesShown.value = !outlinesShown.value),
  truth: () => ifThere(clip.value?.truth, "truth matte", () => (truthShown.value = !truthShown.value)),
  infrared: () => ifThere(clip.value?.infrared, "infrared channel", () => toggleCompare("infrared")),
  "neighbour-back": () => stepFlip(-1),
  "neighbour-on": () => stepFlip(1),
  fit,
  one: () => (fitted.value ? zoomTo(1) : fit()),
  "defect-zoom": () => focused.value && zoomOnBox(focused.value.box),
  "zoom-in": () => zoomStep(1),
  "zoom-out": () => zoomStep(-1),
  "look-reset": resetLook,
  hand: () => (tool.value = "hand"),
  lasso: () => pickTool("lasso"),
  sweep: () => pickTool("sweep"),
  paint: () => pickTool("paint"),
  erase: () => pickTool("erase"),
  box: () => pickTool("box"),
  "brush-less": () => growBrush(1 / 1.25),
  "brush-more": () => growBrush(1.25),
  "panel-defects": () => (panel.value = "defects"),
  "panel-walk": () => (panel.value = "walk"),
  "panel-settings": () => (panel.value = "settings"),
  "panel-work": () => (panel.value = "work"),
  help: () => (helpOpen.value = !helpOpen.value),
};

function end(which: 0 | 1): void {
  transport.stop();
  const edge = transport.range.value[which];
  const whole = which ? clip.value?.last : clip.value?.first;
  goTo(frame.value === edge && whole !== undefined ? whole : edge);
}

/** Keys that a control in focus needs for itself. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement) {
    if (target.type === "range") return event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
    return target.type !== "checkbox" || event.key === " ";
  }
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLButtonElement && (event.key === "Enter" || event.key === " ");
}

export function listenToKeys(): () => void {
  const pressed = (event: KeyboardEvent) => {
    const id = isTyping(event) && event.key !== "Escape" ? "" : commandOf(event);
    const run = RUN[id];
    if (!run) return;
    event.preventDefault();
    if (event.key === "Escape") (document.activeElement as HTMLElement | null)?.blur();
    void run();
  };
  window.addEventListener("keydown", pressed);
  return () => window.removeEventListener("keydown", pressed);
}
