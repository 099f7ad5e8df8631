/** Draws plates with WebGL2: textures by slot, one program, one draw. */

import type { RawPicture } from "../api/client";
import type { Box } from "../api/types";
import { FRAGMENT, VERTEX } from "./shader";

export type Slot = "a" | "b" | "matte" | "truth" | "patch";
const SLOTS: readonly Slot[] = ["a", "b", "matte", "truth", "patch"];
const SAMPLERS: Record<Slot, string> = { a: "uA", b: "uB", matte: "uMatte", truth: "uTruth", patch: "uPatch" };

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
  grey: boolean;
}

export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly held = new Map<Slot, Held>();
  private readonly places = new Map<string, WebGLUniformLocation | null>();
  readonly largest: number;

  /** Throws where the browser has no WebGL2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: false });
    if (!gl) throw new Error("This browser draws without WebGL2, which the viewer needs; use a current Chrome, Edge, Firefox or Safari.");
    this.gl = gl;
    this.largest = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    this.program = linked(gl);
    gl.useProgram(this.program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    SLOTS.forEach((slot, unit) => gl.uniform1i(this.place(SAMPLERS[slot]), unit));
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
      const [internal, format] = channels === 1 ? [gl.R8, gl.RED] : [gl.RGB8, gl.RGB];
      gl.texImage2D(gl.TEXTURE_2D, 0, internal, width, height, 0, format, gl.UNSIGNED_BYTE, samples);
    } else gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    this.held.set(slot, { texture, source: picture, grey: "channels" in picture && picture.channels === 1 });
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
    const gl = this.gl;
    const { width, height } = this.canvas;
    gl.viewport(0, 0, width, height);
    gl.uniform2f(this.place("uCanvas"), width, height);
    gl.uniform2f(this.place("uOrigin"), scene.origin.x, scene.origin.y);
    gl.uniform2f(this.place("uPlate"), scene.plate.width, scene.plate.height);
    const floats = { uZoom: scene.zoom, uWipe: scene.wipe, uGain: scene.gain, uGamma: scene.gamma, uStrength: scene.strength };
    for (const [name, value] of Object.entries(floats)) gl.uniform1f(this.place(name), value);
    const flags = {
      uMode: scene.mode,
      uHasA: this.has("a"), uHasB: this.has("b"), uHasMatte: this.has("matte"), uHasTruth: this.has("truth"),
      uHasPatch: this.has("patch") && scene.patchBox !== null,
      uGreyA: this.held.get("a")?.grey ?? false, uGreyB: this.held.get("b")?.grey ?? false,
    };
    for (const [name, value] of Object.entries(flags)) gl.uniform1i(this.place(name), Number(value));
    gl.uniform4fv(this.place("uPatchBox"), scene.patchBox ?? [0, 0, 1, 1]);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private place(name: string): WebGLUniformLocation | null {
    let found = this.places.get(name);
    if (found === undefined) {
      found = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, found);
    }
    return found;
  }

  close(): void {
    for (const slot of SLOTS) this.empty(slot);
    this.gl.deleteProgram(this.program);
  }
}

function linked(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("The browser's WebGL2 context was lost; load the page again.");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`The viewer's shader was refused: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, "corner");
  gl.linkProgram(program);
  return program;
}
