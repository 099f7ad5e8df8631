/** What is drawn over the picture: outlines of regions, the wipe line, the brush, strokes and lassos. */

import type { Box, Defect, Point } from "../api/types";
import type { Dab } from "./strokes";

export const CLASS_COLOUR: Record<string, string> = {
  blotch: "#4f94ff", hair: "#ffd43d", scratch: "#bf7aff", other: "#3dd9d9",
};
const LEFT_ALONE = "#5cc75c";
const SMALLEST = 10;

export interface Marks {
  context: CanvasRenderingContext2D;
  ratio: number;
  zoom: number;
  /** Top left corner of the plate in each pane, in device pixels. */
  panes: { x: number; y: number; clipLeft: number; clipRight: number }[];
}

export function begin(marks: Marks): void {
  const { context } = marks;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.lineJoin = "round";
}

function inPanes({ context, panes }: Marks, draw: (x: number, y: number) => void): void {
  for (const { x, y, clipLeft, clipRight } of panes) {
    context.save();
    context.beginPath();
    context.rect(clipLeft, 0, clipRight - clipLeft, context.canvas.height);
    context.clip();
    draw(x, y);
    context.restore();
  }
}

export function colourOf(row: Defect): string {
  if (row.decision?.verdict === "veto" || row.decision?.verdict === "protect") return LEFT_ALONE;
  return row.state === "left alone" && !row.decision ? LEFT_ALONE : (CLASS_COLOUR[row.class] ?? "#ddd");
}

/** A frame around each region, a little away from it, so that the damage itself stays free. */
export function regions(marks: Marks, rows: readonly Defect[], chosen: ReadonlySet<string>, focused: string): void {
  const { context, ratio, zoom } = marks;
  inPanes(marks, (x, y) => {
    for (const row of rows) {
      const near = row.id === focused || chosen.has(row.id);
      const [left, top, width, height] = outline(row.box, x, y, zoom, (near ? 5 : 3) * ratio);
      context.lineWidth = (row.id === focused ? 2.5 : near ? 2 : 1.25) * ratio;
      context.setLineDash(row.decision?.verdict === "veto" ? [4 * ratio, 3 * ratio] : []);
      context.strokeStyle = near ? "#fff" : colourOf(row);
      context.strokeRect(left, top, width, height);
      if (near) {
        context.lineWidth = 1.25 * ratio;
        context.strokeStyle = colourOf(row);
        context.strokeRect(left + 2 * ratio, top + 2 * ratio, width - 4 * ratio, height - 4 * ratio);
      }
    }
    context.setLineDash([]);
  });
}

function outline(box: Box, x: number, y: number, zoom: number, away: number): [number, number, number, number] {
  const width = Math.max((box[3] - box[1]) * zoom, SMALLEST) + 2 * away;
  const height = Math.max((box[2] - box[0]) * zoom, SMALLEST) + 2 * away;
  const middle = { x: x + ((box[1] + box[3]) / 2) * zoom, y: y + ((box[0] + box[2]) / 2) * zoom };
  return [middle.x - width / 2, middle.y - height / 2, width, height];
}

export function wipeLine({ context, ratio }: Marks, at: number): void {
  const { height } = context.canvas;
  context.fillStyle = "rgba(0,0,0,.55)";
  context.fillRect(at - 1.5 * ratio, 0, 3 * ratio, height);
  context.fillStyle = "#f2f2f2";
  context.fillRect(at - 0.5 * ratio, 0, ratio, height);
  context.beginPath();
  context.arc(at, height - 26 * ratio, 9 * ratio, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = "#222";
  for (const side of [-1, 1]) {
    context.beginPath();
    context.moveTo(at + side * 6 * ratio, height - 26 * ratio);
    context.lineTo(at + side * 2 * ratio, height - 30 * ratio);
    context.lineTo(at + side * 2 * ratio, height - 22 * ratio);
    context.fill();
  }
}

export function stroke(marks: Marks, dabs: readonly Dab[], colour: string): void {
  const { context, zoom } = marks;
  inPanes(marks, (x, y) => {
    context.globalAlpha = 0.5;
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.lineCap = "round";
    context.beginPath();
    for (const [row, column, radius] of dabs) {
      context.moveTo(x + column * zoom + radius * zoom, y + row * zoom);
      context.arc(x + column * zoom, y + row * zoom, radius * zoom, 0, 2 * Math.PI);
    }
    context.fill();
  });
}

export function lasso(marks: Marks, points: readonly Point[], closed: boolean): void {
  const { context, ratio, zoom } = marks;
  inPanes(marks, (x, y) => {
    context.beginPath();
    points.forEach(([row, column]) => context.lineTo(x + column * zoom, y + row * zoom));
    if (closed) context.closePath();
    context.lineWidth = 3 * ratio;
    context.strokeStyle = "rgba(0,0,0,.6)";
    context.stroke();
    context.lineWidth = 1.25 * ratio;
    context.strokeStyle = "#fff";
    context.stroke();
  });
}

export function rectangle(marks: Marks, box: Box): void {
  const [top, left, bottom, right] = box;
  lasso(marks, [[top, left], [top, right], [bottom, right], [bottom, left]], true);
}

export function brushCursor({ context, ratio, zoom }: Marks, x: number, y: number, radius: number): void {
  for (const [colour, width] of [["rgba(0,0,0,.7)", 3], ["#fff", 1.25]] as const) {
    context.beginPath();
    context.arc(x * ratio, y * ratio, Math.max(radius * zoom, 2), 0, 2 * Math.PI);
    context.lineWidth = width * ratio;
    context.strokeStyle = colour;
    context.stroke();
  }
}
