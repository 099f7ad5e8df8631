/** From the samples that the server sends to the pixels of a canvas. */

import type { RawPicture } from "../api/client";

/** Gain and gamma, applied to display codes. */
export interface Grade {
  gain: number;
  gamma: number;
}

const WHITE = 255;
const OPAQUE = 0xff000000;

type Colour = readonly [red: number, green: number, blue: number];
const CLASS_HUES: readonly Colour[] = [[61, 217, 217], [79, 148, 255], [255, 212, 61], [191, 122, 255]];
const LEFT_ALONE: Colour = [92, 199, 92];
const LEFT_ALONE_STATE = 2;
const LEAST_LEFT_ALONE = 0.6;
const FOUND: Colour = [51, 217, 64];
const MISSED: Colour = [255, 51, 38];
const FALSE: Colour = [255, 224, 26];

export function isPlain({ gain, gamma }: Grade): boolean {
  return gain === 1 && gamma === 1;
}

/** What each code is shown as, 256 values. */
export function tableOf({ gain, gamma }: Grade): Uint8Array {
  return Uint8Array.from({ length: WHITE + 1 }, (_, code) => {
    const gained = Math.min((code * gain) / WHITE, 1);
    return Math.round(WHITE * (gamma === 1 ? gained : gained ** (1 / gamma)));
  });
}

/** Writes a plate, grey or R, G, B, into `pixels`, one 32-bit word each, as little-endian machines hold R, G, B, A. */
export function writePlate(pixels: Uint32Array, { channels, samples }: RawPicture, table: Uint8Array): void {
  const code = (at: number) => table[samples[at] as number] as number;
  if (channels === 1) {
    for (let place = 0; place < pixels.length; place++) pixels[place] = OPAQUE | (code(place) * 0x10101);
    return;
  }
  for (let place = 0, at = 0; place < pixels.length; place++, at += 3) {
    pixels[place] = OPAQUE | (code(at + 2) << 16) | (code(at + 1) << 8) | code(at);
  }
}

/** Passes pixels that are there already through the table. */
export function regrade(pixels: Uint32Array, table: Uint8Array): void {
  for (let place = 0; place < pixels.length; place++) {
    const word = pixels[place] as number;
    const [red, green, blue] = [table[word & 255], table[(word >> 8) & 255], table[(word >> 16) & 255]] as unknown as Colour;
    pixels[place] = OPAQUE | (blue << 16) | (green << 8) | red;
  }
}

/** Writes a found matte (coverage, class, state): its class's colour, as opaque as it covers. */
export function writeMatte(pixels: Uint32Array, { samples }: RawPicture): void {
  for (let place = 0, at = 0; place < pixels.length; place++, at += 3) {
    const [coverage, kind, state] = [samples[at], samples[at + 1], samples[at + 2]] as unknown as Colour;
    if (!kind && !state) pixels[place] = 0;
    else if (state === LEFT_ALONE_STATE) pixels[place] = word(LEFT_ALONE, Math.max(coverage, LEAST_LEFT_ALONE * WHITE));
    else pixels[place] = word(CLASS_HUES[kind] ?? (CLASS_HUES[0] as Colour), coverage);
  }
}

/** Writes a comparison with the truth (true, found): found green, missed red, false yellow. */
export function writeTruth(pixels: Uint32Array, { samples, channels }: RawPicture): void {
  for (let place = 0, at = 0; place < pixels.length; place++, at += channels) {
    const real = (samples[at] as number) >= 128;
    const found = (samples[at + Math.min(1, channels - 1)] as number) >= 128;
    if (!real && !found) pixels[place] = 0;
    else pixels[place] = word(real ? (found ? FOUND : MISSED) : FALSE, WHITE);
  }
}

function word([red, green, blue]: Colour, opacity: number): number {
  return (opacity << 24) | (blue << 16) | (green << 8) | red;
}
