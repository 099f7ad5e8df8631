/** The viewer: the picture, what is drawn over it, and the hands on it. */

import { effect, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { clip, complain, frame } from "../state/app";
import { emptyBox, addEmptyBox, patch } from "../state/decisions";
import { focused, lookAt, selected } from "../state/defects";
import { factsInView, looking, regionsInView } from "../state/facts";
import { compare, flip, gain, gamma, outlinesShown, overlayStrength, wipe } from "../state/look";
import { brush, tool } from "../state/tools";
import { playing } from "../state/transport";
import { fed, feed, notice } from "./feeding";
import * as marks from "./marks";
import { bringIntoView, canvasSize, fit, origin, pane, plateAt, zoom, zoomTo } from "./placing";
import * as pointer from "./pointer";
import { type Mode, Renderer } from "./renderer";
import { boxOf } from "./strokes";

const MODES: Partial<Record<string, Mode>> = { wipe: 1, side: 2 };
const DEAD = 0.0001;

function mode(): Mode {
  return flip.value ? 0 : (MODES[compare.value] ?? 0);
}

function drawPicture(renderer: Renderer): void {
  const one = clip.value;
  if (!one) return;
  renderer.draw({
    mode: mode(),
    plate: { width: one.width, height: one.height },
    origin: origin.value,
    zoom: zoom.value,
    wipe: Math.round(wipe.value * canvasSize.value.width),
    gain: gain.value,
    gamma: Math.max(gamma.value, DEAD),
    strength: overlayStrength.value,
    patchBox: patch.value?.box ?? null,
  });
}

function drawMarks(context: CanvasRenderingContext2D): void {
  const { width, height, ratio } = canvasSize.value;
  const second = mode() === 2;
  const middle = pane.value.width;
  const at = origin.value;
  const panes = [{ ...at, clipLeft: 0, clipRight: second ? middle : width }];
  if (second) panes.push({ x: at.x + middle, y: at.y, clipLeft: middle, clipRight: width });
  const over: marks.Marks = { context, ratio, zoom: zoom.value, panes };
  marks.begin(over);
  if (outlinesShown.value && !playing.value && compare.value !== "difference") {
    marks.regions(over, regionsInView.value, selected.value, focused.value?.id ?? "");
  }
  for (const one of pointer.pendingStrokes.value) {
    if (one.frame === frame.value) marks.stroke(over, one.dabs, one.erase ? "#111" : "#f5f5f5");
  }
  drawGesture(over);
  if (mode() === 1) marks.wipeLine(over, Math.round(wipe.value * width));
  if (second) {
    context.fillStyle = "#0c0c0c";
    context.fillRect(middle - ratio, 0, 2 * ratio, height);
  }
  const hand = pointer.pointerAt.value;
  if (hand && ["paint", "erase", "sweep"].includes(tool.value)) marks.brushCursor(over, hand.x, hand.y, brush.value);
}

function drawGesture(over: marks.Marks): void {
  const now = pointer.drawn.value;
  const size = clip.value;
  if (!now || !size) return;
  const [first, last] = [now.points[0], now.points.at(-1)];
  if (now.kind === "box" && first && last) marks.rectangle(over, boxOf(first, last, size));
  else if (now.kind === "lasso") marks.lasso(over, now.points, false);
  else marks.stroke(over, now.dabs, now.kind === "erase" ? "#111" : "#f5f5f5");
}

/** Draws when something that `reads` has changed, once per screen refresh at most. */
function onRefresh(reads: () => void, draw: () => void): () => void {
  let request = 0;
  const end = effect(() => {
    reads();
    if (!request) request = requestAnimationFrame(() => ((request = 0), draw()));
  });
  return () => {
    cancelAnimationFrame(request);
    end();
  };
}

function pictureReads(): unknown[] {
  return [
    fed, clip, compare, flip, origin, zoom, wipe, canvasSize, gain, gamma, overlayStrength, patch,
  ].map((one) => one.value);
}

function marksRead(): unknown[] {
  return [
    clip, frame, compare, flip, origin, zoom, wipe, canvasSize, outlinesShown, playing, regionsInView, selected,
    focused, pointer.drawn, pointer.pendingStrokes, pointer.pointerAt, tool, brush,
  ].map((one) => one.value);
}

export function Viewer() {
  const picture = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const room = useRef<HTMLDivElement>(null);
  const failure = useSignal("");

  useEffect(() => {
    const [canvas, above, around] = [picture.current, over.current, room.current];
    const context = above?.getContext("2d");
    if (!canvas || !above || !around || !context) return;
    let renderer: Renderer;
    try {
      renderer = new Renderer(canvas);
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
      complain(error);
      return;
    }
    const watched = new ResizeObserver(() => resize(around, canvas, above));
    watched.observe(around);
    // At once, so that the first picture is asked for in the size in which it is shown.
    resize(around, canvas, above);
    around.addEventListener("wheel", pointer.wheeled, { passive: false });
    const ends = [
      feed(renderer),
      onRefresh(pictureReads, () => drawPicture(renderer)),
      onRefresh(marksRead, () => drawMarks(context)),
    ];
    return () => {
      watched.disconnect();
      around.removeEventListener("wheel", pointer.wheeled);
      ends.forEach((end) => end());
      renderer.close();
    };
  }, []);

  useSignalEffect(() => {
    if (lookAt.value) bringIntoView(lookAt.value);
  });

  useSignalEffect(() => {
    if (!factsInView.value?.known) return;
    pointer.pendingStrokes.value = [];
    patch.value = null;
  });

  return (
    <div
      class="viewer"
      ref={room}
      role="application"
      aria-label="Viewer: the picture before and after repair"
      tabIndex={0}
      style={{ cursor: pointer.cursorAt(pointer.pointerAt.value?.x ?? -99) }}
      onPointerDown={pointer.pressed}
      onPointerMove={pointer.moved}
      onPointerUp={pointer.released}
      onPointerCancel={pointer.cancelled}
      onPointerLeave={pointer.left}
      onContextMenu={(event) => event.preventDefault()}
      onDblClick={() => tool.value === "hand" && (zoom.value >= 1 ? fit() : zoomTo(1))}
    >
      <canvas ref={picture} class="picture" aria-hidden="true" />
      <canvas ref={over} class="marks" aria-hidden="true" />
      <Labels />
      <Readout />
      {failure.value && <p class="viewer-failure" role="alert">{failure.value}</p>}
      {emptyBox.value?.frame === frame.value && (
        <div class="offer" role="alertdialog" aria-label="Nothing found in the box" onPointerDown={(event) => event.stopPropagation()}>
          <span>Nothing found there, even at high sensitivity.</span>
          <button onClick={() => void addEmptyBox()}>Repair the whole box</button>
          <button onClick={() => (emptyBox.value = null)}>Leave it</button>
        </div>
      )}
    </div>
  );
}

function resize(around: HTMLElement, ...canvases: HTMLCanvasElement[]): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(Math.round(around.clientWidth * ratio), 1);
  const height = Math.max(Math.round(around.clientHeight * ratio), 1);
  for (const canvas of canvases) {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }
  const was = canvasSize.peek();
  if (was.width !== width || was.height !== height || was.ratio !== ratio) canvasSize.value = { width, height, ratio };
}

const SINGLE: Record<string, string> = {
  before: "Before", after: "After", difference: "Difference", infrared: "Infrared",
};

function Labels() {
  if (flip.value) {
    return <span class="pane-label start">Frame {flip.value > 0 ? `+${flip.value}` : flip.value}, aligned</span>;
  }
  if (mode() === 0) return <span class="pane-label start">{SINGLE[compare.value]}</span>;
  return (
    <>
      <span class="pane-label start">Before</span>
      <span class="pane-label end">After</span>
    </>
  );
}

function Readout() {
  const facts = factsInView.value;
  const words = notice.value || (looking.value || (facts && !facts.known && !playing.value) ? "Looking at this frame" : "");
  const hand = pointer.pointerAt.value;
  const at = hand ? plateAt(hand.x, hand.y).map(Math.floor) : null;
  const one = clip.value;
  const inside = at && one && at.every((value, axis) => value >= 0 && value < (axis ? one.width : one.height));
  return (
    <>
      {(words || facts?.message) && (
        <span class="notice" role="status">
          {words && !playing.value && <i class="spinner" aria-hidden="true" />}
          {words || facts?.message}
        </span>
      )}
      <span class="readout" aria-hidden="true">
        {inside && <b>x {at[1]} y {at[0]}</b>}
        <b>{Math.round(zoom.value * 1000) / 10} %</b>
      </span>
    </>
  );
}
