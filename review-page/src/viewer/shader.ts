/** One pane of the viewer: a picture, and mattes over it where there are any. */

export const VERTEX = `#version 300 es
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }
`;

const BODY = `
precision highp float;
uniform sampler2D uPicture;
uniform vec2 uOrigin, uPlate;
uniform float uHeight, uZoom, uGain, uGamma;
out vec4 colour;

#ifdef LAYERS
uniform sampler2D uMatte, uTruth, uPatch;
uniform float uStrength;
uniform bool uHasMatte, uHasTruth, uHasPatch;
uniform vec4 uPatchBox;

vec3 classColour(int index) {
  if (index == 1) return vec3(0.31, 0.58, 1.0);
  if (index == 2) return vec3(1.0, 0.83, 0.24);
  if (index == 3) return vec3(0.75, 0.48, 1.0);
  return vec3(0.24, 0.85, 0.85);
}

vec3 patched(vec3 picture, vec2 plate) {
  bool inside = uHasPatch && all(greaterThanEqual(plate, uPatchBox.yx)) && all(lessThan(plate, uPatchBox.wz));
  return inside ? texture(uPatch, (plate - uPatchBox.yx) / (uPatchBox.wz - uPatchBox.yx)).rgb : picture;
}

vec3 overlaid(vec3 picture, vec2 at) {
  if (uHasMatte) {
    vec3 matte = texture(uMatte, at).rgb;
    int kind = int(matte.g * 255.0 + 0.5);
    int state = int(matte.b * 255.0 + 0.5);
    vec3 hue = state == 2 ? vec3(0.36, 0.78, 0.36) : classColour(kind);
    if (kind > 0 || state > 0) picture = mix(picture, hue, uStrength * max(matte.r, state == 2 ? 0.6 : 0.0));
  }
  if (uHasTruth) {
    vec2 truth = texture(uTruth, at).rg;
    vec3 hue = truth.r > 0.5 ? (truth.g > 0.5 ? vec3(0.2, 0.85, 0.25) : vec3(1.0, 0.2, 0.15)) : vec3(1.0, 0.88, 0.1);
    if (max(truth.r, truth.g) > 0.5) picture = mix(picture, hue, uStrength);
  }
  return picture;
}
#endif

vec3 graded(vec3 picture) {
  vec3 gained = clamp(picture * uGain, 0.0, 1.0);
  return uGamma == 1.0 ? gained : pow(gained, vec3(1.0 / uGamma));
}

void main() {
  vec2 plate = (vec2(gl_FragCoord.x, uHeight - gl_FragCoord.y) - uOrigin) / uZoom;
  vec2 at = plate / uPlate;
  vec3 picture = texture(uPicture, at).rgb;
#ifdef LAYERS
  colour = vec4(overlaid(graded(patched(picture, plate)), at), 1.0);
#else
  colour = vec4(graded(picture), 1.0);
#endif
}
`;

/** Most of the time nothing lies over the picture; then as little as can be is done to a pixel. */
export const PLAIN = `#version 300 es${BODY}`;
export const LAYERED = `#version 300 es\n#define LAYERS${BODY}`;
