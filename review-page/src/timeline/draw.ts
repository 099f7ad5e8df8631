/** Draws the timeline: damage density, flags, cuts, in and out. */

import { FLAG, type TimelineBins } from "../api/types";

export interface Lane {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  ratio: number;
  span: [number, number];
}

/** Flags in the order in which one is drawn over another, with what they are called. */
export const FLAG_MARKS: readonly { bit: number; label: string; colour: string }[] = [
  { bit: FLAG.lowConfidence, label: "low confidence", colour: "#f2c84b" },
  { bit: FLAG.largeArea, label: "large area", colour: "#f08a3c" },
  { bit: FLAG.emulsionLoss, label: "emulsion loss", colour: "#e05fc4" },
  { bit: FLAG.suspected, label: "likely damage left", colour: "#4fc3e8" },
  { bit: FLAG.leftAlone, label: "left alone", colour: "#5cc75c" },
  { bit: FLAG.failed, label: "failed", colour: "#ff5546" },
  { bit: FLAG.decided, label: "decided by hand", colour: "#f5f5f5" },
];

const FLAG_ROW = 5;
const TICKS = 16;
const UNKNOWN = "#333";
const SOURCE = "#1d1d1d";

export function xOf({ span: [first, last], width }: Lane, frame: number): number {
  return ((frame - first) / (last - first || 1)) * width;
}

export function frameAt({ span: [first, last], width }: Lane, x: number): number {
  return first + (x / (width || 1)) * (last - first);
}

/** Damage is spread over decades: 0.001 % is just to be seen, 10 % is full. */
function barHeight(density: number, room: number): number {
  if (density <= 0) return 0;
  const part = (Math.log10(density) + 5) / 4;
  return Math.max(Math.min(part, 1), 0.04) * room;
}

export function drawBins(lane: Lane, bins: TimelineBins | null): void {
  const { context, width, height, ratio } = lane;
  context.fillStyle = SOURCE;
  context.fillRect(0, 0, width, height);
  if (!bins) return;
  const flags = FLAG_ROW * ratio;
  const top = TICKS * ratio;
  const floor = height - flags - 3 * ratio;
  bins.start.forEach((start, place) => {
    const x = Math.floor(xOf(lane, start));
    const next = Math.floor(xOf(lane, bins.start[place + 1] ?? bins.last + 1));
    if (next < 0 || x > width) return;
    const wide = Math.max(next - x, 1);
    const gap = wide > 4 * ratio ? ratio : 0;
    drawBin(lane, { x, wide: wide - gap, top, floor, flags }, bins.density[place] ?? -1, bins.mean[place] ?? -1, bins.flags[place] ?? 0);
  });
  drawCuts(lane, bins, top, floor);
  drawTicks(lane);
}

interface Slot {
  x: number;
  wide: number;
  top: number;
  floor: number;
  flags: number;
}

function drawBin({ context, height, ratio }: Lane, slot: Slot, density: number, mean: number, flags: number): void {
  const { x, wide, top, floor } = slot;
  const room = floor - top;
  if (flags & FLAG.missing) {
    context.fillStyle = "#000";
    context.fillRect(x, top, wide, room);
  } else if (density < 0) {
    context.fillStyle = UNKNOWN;
    context.fillRect(x, floor - 2 * ratio, wide, 2 * ratio);
  } else {
    const high = barHeight(density, room);
    context.fillStyle = "#5f5f5f";
    context.fillRect(x, floor - high, wide, high);
    const usual = barHeight(mean, room);
    context.fillStyle = "#8c8c8c";
    context.fillRect(x, floor - usual, wide, usual);
  }
  const flag = FLAG_MARKS.findLast(({ bit }) => flags & bit);
  if (flag) {
    context.fillStyle = flag.colour;
    context.fillRect(x, height - slot.flags - ratio, Math.max(wide, 2 * ratio), slot.flags);
  }
}

function drawCuts(lane: Lane, bins: TimelineBins, top: number, floor: number): void {
  const { context, ratio } = lane;
  context.fillStyle = "rgba(255,255,255,.5)";
  const cuts = bins.cuts.length ? bins.cuts : bins.start.filter((_, place) => (bins.flags[place] ?? 0) & FLAG.cut);
  for (const cut of cuts) context.fillRect(Math.round(xOf(lane, cut)), top, ratio, floor - top);
}

/** Frame numbers at round distances, as many as can be read. */
function drawTicks(lane: Lane): void {
  const { context, ratio, width, span: [first, last] } = lane;
  const least = ((last - first) * 90 * ratio) / (width || 1);
  const decade = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const apart = [1, 2, 5, 10].map((one) => one * decade).find((one) => one >= least) ?? 10 * decade;
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textBaseline = "top";
  for (let frame = Math.ceil(first / apart) * apart; frame <= last; frame += apart) {
    const x = Math.round(xOf(lane, frame));
    context.fillStyle = "#4a4a4a";
    context.fillRect(x, 0, ratio, TICKS * ratio);
    context.fillStyle = "#a0a0a0";
    context.fillText(String(frame), x + 4 * ratio, 2 * ratio);
  }
}

export function drawPlayhead(lane: Lane, frame: number, range: [number, number], marked: boolean): void {
  const { context, width, height, ratio } = lane;
  context.clearRect(0, 0, width, height);
  const one = Math.max(xOf(lane, frame + 1) - xOf(lane, frame), ratio);
  if (marked) {
    context.fillStyle = "rgba(0,0,0,.5)";
    const [from, to] = [xOf(lane, range[0]), xOf(lane, range[1] + 1)];
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, width - to, height);
    context.fillStyle = "#d8d8d8";
    context.fillRect(from, 0, 2 * ratio, height);
    context.fillRect(to - 2 * ratio, 0, 2 * ratio, height);
  }
  const x = xOf(lane, frame);
  context.fillStyle = "rgba(255,255,255,.18)";
  context.fillRect(x, 0, one, height);
  context.fillStyle = "#fff";
  const middle = Math.round(x + one / 2);
  context.fillRect(middle - ratio, 0, 2 * ratio, height);
  context.beginPath();
  context.moveTo(middle - 6 * ratio, 0);
  context.lineTo(middle + 6 * ratio, 0);
  context.lineTo(middle, 8 * ratio);
  context.fill();
}
