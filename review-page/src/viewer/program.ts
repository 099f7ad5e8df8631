/** A shader program, and where its uniforms are. */

import { VERTEX } from "./shader";

export class Program {
  private readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  /** Throws where the shader is refused. */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    fragment: string,
  ) {
    this.program = gl.createProgram();
    this.attach(gl.VERTEX_SHADER, VERTEX);
    this.attach(gl.FRAGMENT_SHADER, fragment);
    gl.bindAttribLocation(this.program, 0, "corner");
    gl.linkProgram(this.program);
  }

  private attach(kind: number, text: string): void {
    const { gl } = this;
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("The browser's WebGL2 context was lost; load the page again.");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
      throw new Error(`The viewer's shader was refused: ${gl.getShaderInfoLog(shader)}`);
    }
    gl.attachShader(this.program, shader);
  }

  use(): void {
    this.gl.useProgram(this.program);
  }

  numbers(values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) this.gl.uniform1f(this.place(name), value);
  }

  /** Samplers, and flags as 0 or 1. */
  samplers(values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values)) this.gl.uniform1i(this.place(name), value);
  }

  /** Null, which WebGL passes over, for a uniform that this program does without. */
  place(name: string): WebGLUniformLocation | null {
    let found = this.places.get(name);
    if (found === undefined) {
      found = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, found);
    }
    return found;
  }

  close(): void {
    this.gl.deleteProgram(this.program);
  }
}
