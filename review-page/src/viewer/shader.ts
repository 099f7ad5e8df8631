/** The picture, the wipe and the mattes, drawn in one pass. */

export const VERTEX = `#version 300 es
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }
`;

/**
 * `uMode`: 0 only A, 1 wipe (A left of uWipe, B right), 2 side by side.
 * Pixels of the canvas count from the top left; the plate lies at uOrigin, uZoom canvas pixels to a plate pixel.
 */
export const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D uA, uB, uMatte, uTruth, uPatch;
uniform vec2 uCanvas, uOrigin, uPlate;
uniform float uZoom, uWipe, uGain, uGamma, uStrength;
uniform int uMode, uGreyA, uGreyB;
uniform bool uHasA, uHasB, uHasMatte, uHasTruth, uHasPatch;
uniform vec4 uPatchBox;
out vec4 colour;

const vec3 SURROUND = vec3(0.115);
const vec3 MISSING = vec3(0.16);

vec3 classColour(int index) {
  if (index == 1) return vec3(0.31, 0.58, 1.0);
  if (index == 2) return vec3(1.0, 0.83, 0.24);
  if (index == 3) return vec3(0.75, 0.48, 1.0);
  return vec3(0.24, 0.85, 0.85);
}

vec3 graded(vec3 picture) {
  vec3 gained = clamp(picture * uGain, 0.0, 1.0);
  return uGamma == 1.0 ? gained : pow(gained, vec3(1.0 / uGamma));
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

void main() {
  vec2 screen = vec2(gl_FragCoord.x, uCanvas.y - gl_FragCoord.y);
  float half_ = floor(uCanvas.x * 0.5);
  bool second = uMode == 1 ? screen.x >= uWipe : uMode == 2 ? screen.x >= half_ : false;
  vec2 local = uMode == 2 && second ? screen - vec2(half_, 0.0) : screen;
  vec2 plate = (local - uOrigin) / uZoom;
  if (any(lessThan(plate, vec2(0.0))) || any(greaterThanEqual(plate, uPlate))) {
    colour = vec4(SURROUND, 1.0);
    return;
  }
  vec2 at = plate / uPlate;
  bool there = second ? uHasB : uHasA;
  vec3 picture = second ? texture(uB, at).rgb : texture(uA, at).rgb;
  if ((second ? uGreyB : uGreyA) == 1) picture = picture.rrr;
  if (uHasPatch && (second || uMode == 0) && plate.x >= uPatchBox.y && plate.x < uPatchBox.w
      && plate.y >= uPatchBox.x && plate.y < uPatchBox.z) {
    picture = texture(uPatch, (plate - uPatchBox.yx) / (uPatchBox.wz - uPatchBox.yx)).rgb;
  }
  if (!there) {
    float stripe = step(0.5, fract((screen.x + screen.y) / 24.0));
    colour = vec4(MISSING + 0.02 * stripe, 1.0);
    return;
  }
  colour = vec4(overlaid(graded(picture), at), 1.0);
}
`;
