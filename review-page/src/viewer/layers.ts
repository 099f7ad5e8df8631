/** The canvases that pictures are drawn from: made once for each picture, not for each redraw. */

import type { RawPicture } from "../api/client";
import { type Grade, isPlain, regrade, tableOf, writeMatte, writePlate, writeTruth } from "./grading";

/** How samples become pixels. */
export type Dress = "plate" | "matte" | "truth";

/** A picture that the browser decoded, as a canvas of its own: the bitmap may be closed while it is in view. */
export interface Copied {
  width: number;
  height: number;
  canvas: HTMLCanvasElement;
}

export type Source = RawPicture | Copied;

interface Layer {
  canvas: HTMLCanvasElement;
  source: Source;
  dress: string;
}

/** Layers kept beside those in view: the frame or the size that was there a moment ago. */
const SPARE = 2;

export class Layers {
  /** Used last first. */
  private layers: Layer[] = [];
  private scratch: ImageData | null = null;
  /** Canvases of plates that were let go of, to be written to again. */
  private free: HTMLCanvasElement[] = [];

  /** What to draw for a source. */
  image(source: Source, dress: Dress, grade: Grade): HTMLCanvasElement {
    if ("canvas" in source && isPlain(grade)) return source.canvas;
    const dressed = dress === "plate" ? `${dress} ${grade.gain} ${grade.gamma}` : dress;
    const known = this.layers.find((one) => one.source === source && one.dress === dressed);
    const layer = known ?? this.made(source, dress, grade, dressed);
    this.layers = [layer, ...this.layers.filter((one) => one !== layer)];
    return layer.canvas;
  }

  /** Lets go of what was not drawn, but for a few; `drawn` counts the layers of the picture in view. */
  trim(drawn: number): void {
    const gone = this.layers.splice(drawn + SPARE).filter((one) => one.dress.startsWith("plate"));
    this.free = [...gone.map((one) => one.canvas), ...this.free].slice(0, SPARE);
  }

  /** A canvas of this size, its pixels to be written. */
  private blank(width: number, height: number, dress: Dress): HTMLCanvasElement {
    const place = dress === "plate" ? this.free.findIndex((one) => one.width === width && one.height === height) : -1;
    const [used] = place < 0 ? [] : this.free.splice(place, 1);
    return used ?? Object.assign(document.createElement("canvas"), { width, height });
  }

  private made(source: Source, dress: Dress, grade: Grade, dressed: string): Layer {
    const { width, height } = source;
    const canvas = this.blank(width, height, dress);
    const context = canvas.getContext("2d", { alpha: dress !== "plate" });
    if (!context) throw new Error("The browser has no room for a picture of this size; close other pages.");
    const sheet = this.sheet(context, source);
    const pixels = new Uint32Array(sheet.data.buffer);
    if ("canvas" in source) regrade(pixels, tableOf(grade));
    else if (dress === "plate") writePlate(pixels, source, tableOf(grade));
    else if (dress === "matte") writeMatte(pixels, source);
    else writeTruth(pixels, source);
    context.putImageData(sheet, 0, 0);
    return { canvas, source, dress: dressed };
  }

  /** Room for the pixels of a source; with what is in it where that is a canvas. */
  private sheet(context: CanvasRenderingContext2D, source: Source): ImageData {
    const { width, height } = source;
    if ("canvas" in source) {
      return (source.canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, width, height);
    }
    if (this.scratch?.width !== width || this.scratch.height !== height) this.scratch = context.createImageData(width, height);
    return this.scratch;
  }
}

/** A copy of a bitmap; `room`, where given, is overwritten and becomes the copy. */
export function copied(bitmap: ImageBitmap, room: HTMLCanvasElement | null): Copied {
  const { width, height } = bitmap;
  const canvas = room ?? document.createElement("canvas");
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("The browser has no room for a picture of this size; close other pages.");
  context.drawImage(bitmap, 0, 0);
  return { width, height, canvas };
}
