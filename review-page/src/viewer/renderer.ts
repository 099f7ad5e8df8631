/** Draws plates with WebGL2: textures by slot, one program, one draw. */

import type { RawPicture } from "../api/client";
import type { Box } from "../api/types";
import { Program } from "./program";
import { LAYERED, PLAIN } from "./shader";

export type Slot = "a" | "b" | "matte" | "truth" | "patch";
const SLOTS: readonly Slot[] = ["a", "b", "matte", "truth", "patch"];
const SURROUND = 0.115;
const MISSING = 0.16;

/** A part of the canvas (device pixels, from the top left), and the picture it shows. */
interface Pane {
  slot: Slot;
  left: number;
  right: number;
  origin: { x: number; y: number };
}

export type Mode = 0 | 1 | 2;

export interface Scene {
  mode: Mode;
  plate: { width: number; height: number };
  origin: { x: number; y: number };
  zoom: number;
  wipe: number;
  gain: number;
  gamma: number;
  strength: number;
  patchBox: Box | null;
}

interface Held {
  texture: WebGLTexture;
  /** What lies in it, so that the same thing is not sent again. */
  source: unknown;
}

export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly plain: Program;
  private readonly layered: Program;
  private readonly held = new Map<Slot, Held>();
  readonly largest: number;

  /** Throws where the browser has no WebGL2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, stencil: false });
    if (!gl) throw new Error("This browser draws without WebGL2, which the viewer needs; use a current Chrome, Edge, Firefox or Safari.");
    this.gl = gl;
    this.largest = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    this.plain = new Program(gl, PLAIN);
    this.layered = new Program(gl, LAYERED);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.enable(gl.SCISSOR_TEST);
  }

  /** Puts a picture into a slot; null empties it. */
  put(slot: Slot, picture: RawPicture | ImageBitmap | null): void {
    const held = this.held.get(slot);
    if ((held?.source ?? null) === picture) return;
    if (!picture) {
      this.empty(slot);
      return;
    }
    const gl = this.gl;
    gl.activeTexture(gl.TEXTURE0 + SLOTS.indexOf(slot));
    const texture = held?.texture ?? this.made(slot === "matte" || slot === "truth");
    gl.bindTexture(gl.TEXTURE_2D, texture);
    if ("samples" in picture) {
      const { width, height, channels, samples } = picture;
      const [internal, format] = channels === 1 ? [gl.LUMINANCE, gl.LUMINANCE] : [gl.RGB8, gl.RGB];
      gl.texImage2D(gl.TEXTURE_2D, 0, internal, width, height, 0, format, gl.UNSIGNED_BYTE, samples);
    } else gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    this.held.set(slot, { texture, source: picture });
  }

  private made(exact: boolean): WebGLTexture {
    const gl = this.gl;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, exact ? gl.NEAREST : gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }

  private empty(slot: Slot): void {
    const held = this.held.get(slot);
    if (held) this.gl.deleteTexture(held.texture);
    this.held.delete(slot);
  }

  has(slot: Slot): boolean {
    return this.held.has(slot);
  }

  draw(scene: Scene): void {
    const { width, height } = this.canvas;
    this.gl.viewport(0, 0, width, height);
    this.fill(0, 0, width, height, SURROUND);
    for (const pane of panesOf(scene, width)) this.drawPane(scene, pane);
  }

  private drawPane(scene: Scene, { slot, left, right, origin }: Pane): void {
    const { gl } = this;
    const { height } = this.canvas;
    const from = Math.max(left, origin.x);
    const to = Math.min(right, origin.x + Math.round(scene.plate.width * scene.zoom));
    const top = Math.max(0, origin.y);
    const bottom = Math.min(height, origin.y + Math.round(scene.plate.height * scene.zoom));
    if (to <= from || bottom <= top) return;
    const held = this.held.get(slot);
    if (!held) {
      this.fill(from, top, to - from, bottom - top, MISSING);
      return;
    }
    const hasPatch = this.has("patch") && scene.patchBox !== null && (slot === "b" || scene.mode === 0);
    const layered = hasPatch || this.has("matte") || this.has("truth");
    const program = layered ? this.layered : this.plain;
    gl.scissor(from, height - bottom, to - from, bottom - top);
    program.use();
    SLOTS.forEach((one, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, this.held.get(one)?.texture ?? null);
    });
    program.samplers({ uPicture: SLOTS.indexOf(slot), uMatte: 2, uTruth: 3, uPatch: 4 });
    program.samplers({ uHasMatte: Number(this.has("matte")), uHasTruth: Number(this.has("truth")), uHasPatch: Number(hasPatch) });
    program.numbers({ uHeight: height, uZoom: scene.zoom, uGain: scene.gain, uGamma: scene.gamma, uStrength: scene.strength });
    gl.uniform2f(program.place("uOrigin"), origin.x, origin.y);
    gl.uniform2f(program.place("uPlate"), scene.plate.width, scene.plate.height);
    gl.uniform4fv(program.place("uPatchBox"), scene.patchBox ?? [0, 0, 1, 1]);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private fill(left: number, top: number, width: number, height: number, grey: number): void {
    const { gl } = this;
    gl.scissor(left, this.canvas.height - top - height, width, height);
    gl.clearColor(grey, grey, grey, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  close(): void {
    for (const slot of SLOTS) this.empty(slot);
    this.plain.close();
    this.layered.close();
  }
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
