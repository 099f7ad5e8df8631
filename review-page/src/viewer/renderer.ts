/** Draws plates on a canvas: pictures by slot, each pane cut out of them.
 *
 * In two dimensions, not in WebGL: without a graphics card a redraw takes a tenth of the time, and with one browsers draw both there.
 */

import type { RawPicture } from "../api/client";
import type { Box } from "../api/types";
import type { Grade } from "./grading";
import { Layers, type Source, copied } from "./layers";

export type Slot = "a" | "b" | "matte" | "truth" | "patch";
const SURROUND = "#1d1d1d";
const MISSING = "#292929";

/** px of a side that every browser can draw from. */
export const LARGEST_SIDE = 16384;

/** A part of the canvas (device pixels, from the top left), and the picture it shows. */
interface Pane {
  slot: Slot;
  left: number;
  right: number;
  origin: { x: number; y: number };
}

/** Where something lies on the canvas, in whole device pixels. */
interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Mode = 0 | 1 | 2;

export interface Scene extends Grade {
  mode: Mode;
  plate: { width: number; height: number };
  origin: { x: number; y: number };
  zoom: number;
  wipe: number;
  strength: number;
  patchBox: Box | null;
}

interface Held {
  source: Source;
  /** What it came from, so that the same thing is not taken in again. */
  given: RawPicture | ImageBitmap;
}

export class Renderer {
  private readonly context: CanvasRenderingContext2D;
  private readonly layers = new Layers();
  private readonly held = new Map<Slot, Held>();

  /** Throws where the browser has no canvas. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("This browser cannot draw the picture; use a current Chrome, Edge, Firefox or Safari.");
    this.context = context;
  }

  /** Puts a picture into a slot; null empties it. */
  put(slot: Slot, picture: RawPicture | ImageBitmap | null): void {
    const held = this.held.get(slot);
    if ((held?.given ?? null) === picture) return;
    if (!picture) {
      this.held.delete(slot);
      return;
    }
    const room = held && "canvas" in held.source ? held.source.canvas : null;
    const source = "samples" in picture ? picture : copied(picture, room);
    this.held.set(slot, { source, given: picture });
  }

  draw(scene: Scene): void {
    const { context } = this;
    const { width, height } = this.canvas;
    context.globalAlpha = 1;
    context.fillStyle = SURROUND;
    context.fillRect(0, 0, width, height);
    const panes = panesOf(scene, width);
    for (const pane of panes) this.drawPane(scene, pane);
    this.layers.trim(this.held.size);
  }

  private drawPane(scene: Scene, { slot, left, right, origin }: Pane): void {
    const { context } = this;
    const { plate, zoom } = scene;
    const whole = placed([0, 0, plate.height, plate.width], origin, zoom);
    const from = Math.max(left, whole.left);
    const to = Math.min(right, whole.left + whole.width);
    if (to <= from) return;
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, this.canvas.height);
    context.clip();
    if (this.held.has(slot)) this.drawLayers(scene, slot, whole, origin);
    else {
      context.fillStyle = MISSING;
      context.fillRect(whole.left, whole.top, whole.width, whole.height);
    }
    context.restore();
  }

  private drawLayers(scene: Scene, slot: Slot, whole: Place, origin: { x: number; y: number }): void {
    this.stamp(slot, whole, scene);
    if (scene.patchBox && (slot === "b" || scene.mode === 0)) {
      this.stamp("patch", placed(scene.patchBox, origin, scene.zoom), scene);
    }
    this.context.globalAlpha = scene.strength;
    this.stamp("matte", whole, scene);
    this.stamp("truth", whole, scene);
  }

  /** Nearest pixels where it is enlarged: a pixel of the plate is a square. */
  private stamp(slot: Slot, place: Place, grade: Grade): void {
    const source = this.held.get(slot)?.source;
    if (!source) return;
    const dress = slot === "matte" || slot === "truth" ? slot : "plate";
    this.context.imageSmoothingEnabled = place.width < source.width;
    this.context.drawImage(this.layers.image(source, dress, grade), place.left, place.top, place.width, place.height);
  }

  close(): void {
    this.held.clear();
    this.layers.trim(0);
  }
}

/** On whole pixels, so that no edge is blended with what is around it. */
function placed([top, left, bottom, right]: Box, origin: { x: number; y: number }, zoom: number): Place {
  const [x, y] = [Math.round(origin.x + left * zoom), Math.round(origin.y + top * zoom)];
  return {
    left: x,
    top: y,
    width: Math.round(origin.x + right * zoom) - x,
    height: Math.round(origin.y + bottom * zoom) - y,
  };
}

function panesOf(scene: Scene, width: number): Pane[] {
  const { origin } = scene;
  if (scene.mode === 0) return [{ slot: "a", left: 0, right: width, origin }];
  if (scene.mode === 1) {
    return [
      { slot: "a", left: 0, right: scene.wipe, origin },
      { slot: "b", left: scene.wipe, right: width, origin },
    ];
  }
  const middle = Math.floor(width / 2);
  return [
    { slot: "a", left: 0, right: middle, origin },
    { slot: "b", left: middle, right: width, origin: { x: origin.x + middle, y: origin.y } },
  ];
}
