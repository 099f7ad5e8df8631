/** Which rows of a long list are in sight. */

/** Browsers place nothing beyond some 30 million pixels; a longer list is scrolled in proportion. */
const TALLEST = 12_000_000;

export interface Sight {
  first: number;
  last: number;
  /** Height of what is scrolled, and where the first row in sight stands in it. */
  height: number;
  offset: number;
}

export function inSight(count: number, row: number, scroll: number, room: number, spare = 4): Sight {
  const true_ = count * row;
  const height = Math.min(true_, TALLEST);
  const ratio = height > room ? (true_ - room) / (height - room) : 1;
  const at = scroll * ratio;
  const first = Math.max(Math.floor(at / row) - spare, 0);
  const last = Math.min(Math.ceil((at + room) / row) + spare, count - 1);
  return { first, last, height, offset: scroll - at + first * row };
}

/** Where to scroll so that a row is in sight; null where it is already. */
export function scrollFor(index: number, count: number, row: number, scroll: number, room: number): number | null {
  const true_ = count * row;
  const height = Math.min(true_, TALLEST);
  const ratio = height > room ? (true_ - room) / (height - room) : 1;
  const at = scroll * ratio;
  if (index * row < at) return (index * row) / ratio;
  if ((index + 1) * row > at + room) return ((index + 1) * row - room) / ratio;
  return null;
}
