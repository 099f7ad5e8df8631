/** The timeline: drawn in two layers, so that the playhead moves without the bins being drawn anew. */

import { signal, useSignal, effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { clip, existing, frame, goTo } from "../state/app";
import { bins, panSpan, reveal, room, span, wholeClip, zoomSpan } from "../state/timeline";
import { inPoint, outPoint, playing, range, stop } from "../state/transport";
import { FLAG_MARKS, type Lane, drawBins, drawPlayhead, frameAt } from "./draw";

const size = signal({ width: 1, height: 1, ratio: 1 });

function laneOf(canvas: HTMLCanvasElement): Lane | null {
  const context = canvas.getContext("2d");
  const [first, last] = span.value;
  return context && { context, ...size.value, span: [first, last + 1] };
}

export function Timeline() {
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const around = useRef<HTMLDivElement>(null);
  const hover = useSignal<{ x: number; frame: number } | null>(null);

  useEffect(() => {
    const [bars, head, box] = [below.current, above.current, around.current];
    if (!bars || !head || !box) return;
    const watched = new ResizeObserver(() => resize(box, bars, head));
    watched.observe(box);
    const wheel = (event: WheelEvent) => turned(event, box);
    box.addEventListener("wheel", wheel, { passive: false });
    const ends = [
      effect(() => {
        const lane = laneOf(bars);
        if (lane) drawBins(lane, bins.value);
      }),
      effect(() => {
        const lane = laneOf(head);
        if (lane) drawPlayhead(lane, frame.value, range.value, inPoint.value !== null || outPoint.value !== null);
      }),
      effect(() => {
        if (playing.value) reveal(frame.value);
      }),
    ];
    return () => {
      watched.disconnect();
      box.removeEventListener("wheel", wheel);
      ends.forEach((end) => end());
    };
  }, []);

  const frameUnder = (event: PointerEvent): number => {
    const lane = below.current && laneOf(below.current);
    const bounds = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return lane ? Math.floor(frameAt(lane, (event.clientX - bounds.left) * lane.ratio)) : frame.value;
  };
  const move = (event: PointerEvent) => {
    const number = frameUnder(event);
    hover.value = { x: event.offsetX, frame: number };
    if (event.buttons & 1) goTo(number);
    else if (event.buttons & 4) panSpan((-event.movementX * (span.value[1] - span.value[0])) / (around.current?.clientWidth ?? 1));
  };

  return (
    <div
      class="timeline"
      ref={around}
      role="slider"
      aria-label="Timeline"
      aria-valuemin={clip.value?.first ?? 0}
      aria-valuemax={clip.value?.last ?? 0}
      aria-valuenow={frame.value}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        stop();
        if (event.button === 0) goTo(frameUnder(event));
      }}
      onPointerMove={move}
      onPointerLeave={() => (hover.value = null)}
      onDblClick={wholeClip}
    >
      <canvas ref={below} aria-hidden="true" />
      <canvas ref={above} aria-hidden="true" />
      {hover.value && clip.value && <Tip x={hover.value.x} at={existing(hover.value.frame)} />}
    </div>
  );
}

function Tip({ x, at }: { x: number; at: number }) {
  const known = bins.value;
  const place = known ? known.start.findLastIndex((start) => start <= at) : -1;
  const density = known?.density[place] ?? -1;
  const flags = known?.flags[place] ?? 0;
  const said = FLAG_MARKS.filter(({ bit }) => flags & bit).map(({ label }) => label);
  const damage = density < 0 ? "not looked at yet" : `${(density * 100).toPrecision(2)} % damaged`;
  const flip = x > size.value.width / size.value.ratio - 260;
  return (
    <span class={`tip ${flip ? "flip" : ""}`} style={{ left: `${x}px` }}>
      <b>{at}</b> {[damage, ...said].join(", ")}
    </span>
  );
}

function turned(event: WheelEvent, box: HTMLElement): void {
  event.preventDefault();
  const [first, last] = span.value;
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    panSpan(((event.deltaX || event.deltaY) / box.clientWidth) * (last - first));
    return;
  }
  const part = (event.clientX - box.getBoundingClientRect().left) / box.clientWidth;
  zoomSpan(2 ** (event.deltaY / 300), first + part * (last - first));
}

function resize(box: HTMLElement, ...canvases: HTMLCanvasElement[]): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(Math.round(box.clientWidth * ratio), 1);
  const height = Math.max(Math.round(box.clientHeight * ratio), 1);
  for (const canvas of canvases) Object.assign(canvas, { width, height });
  size.value = { width, height, ratio };
  room.value = Math.max(Math.min(width, 4096), 100);
}
