/** Pictures of frames, kept so that stepping back and forth asks for nothing twice. */

import { type Query, type RawPicture, address, rawPicture } from "../api/client";
import { clipId, clipPath } from "./app";
import { Kept } from "./kept";
import { exposure, view } from "./look";

const BUDGET = 640 * 1024 * 1024;
/** Kinds whose pictures go through the view; the others are mattes and measures. */
const PLATES = new Set(["before", "after", "neighbour", "fill", "grain", "composite"]);
/** Kinds that no setting and no decision changes. */
const FIXED = new Set(["before", "infrared", "truth"]);

export const pictures = new Kept<RawPicture>(BUDGET);

export interface Wanted {
  frame: number;
  kind: string;
  version: string;
  scale: number;
  query?: Query;
}

export function keyOf(wanted: Wanted): string {
  return `${wanted.version}|${pictureUrl(wanted)}`;
}

export function pictureUrl({ frame, kind, scale, query = {} }: Wanted): string {
  const look = PLATES.has(kind) ? { view: view.value, exposure: exposure.value || undefined } : {};
  return address(clipPath(`/frames/${frame}/picture/${kind}`), { ...look, ...query, scale, format: "raw" });
}

/** The key's version for pictures that never change, and for those that do. */
export function wanted(frame: number, kind: string, version: string, scale: number, query: Query = {}): Wanted {
  return { frame, kind, version: FIXED.has(kind) ? clipId.value : version, scale, query };
}

/** One request on its way, and how many wait for it; when nobody does any more it is given up. */
class Request {
  private readonly abort = new AbortController();
  private waiting = 0;
  readonly answer: Promise<RawPicture>;

  constructor(key: string, readonly what: Wanted) {
    this.answer = rawPicture(pictureUrl(what), this.abort.signal).finally(() => {
      if (coming.get(key) === this) coming.delete(key);
    });
    this.answer.then((picture) => pictures.put(key, picture, picture.samples.length), () => undefined);
  }

  join(signal: AbortSignal): Promise<RawPicture> {
    this.waiting += 1;
    signal.addEventListener("abort", () => {
      this.waiting -= 1;
      // Whoever takes over the picture in the same breath joins first.
      setTimeout(() => this.waiting === 0 && this.abort.abort());
    });
    return this.answer;
  }
}

const coming = new Map<string, Request>();

/** The picture, from what is kept or from the server; all who ask at once share one answer. */
export function fetchPicture(what: Wanted, signal: AbortSignal): Promise<RawPicture> {
  const key = keyOf(what);
  const kept = pictures.get(key);
  if (kept) return Promise.resolve(kept);
  let request = coming.get(key);
  if (!request) coming.set(key, (request = new Request(key, what)));
  return request.join(signal);
}

/** Waits for the source of a frame where it is on its way: the server is to do nothing else before that. */
export async function sourceArrived(number: number): Promise<void> {
  const sources = [...coming.values()].filter(({ what }) => what.frame === number && what.kind === "before");
  await Promise.allSettled(sources.map(({ answer }) => answer));
}
