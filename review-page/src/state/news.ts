/** A change of the decisions is told twice, by the answer and by an event: what it asks for is done once. */

const heard = new Set<number>();
const KEPT = 1000;

/** Whether this revision of the decisions was not told of before. */
export function firstWordOf(revision: number): boolean {
  if (heard.has(revision)) return false;
  heard.add(revision);
  for (const oldest of heard) {
    if (heard.size <= KEPT) break;
    heard.delete(oldest);
  }
  return true;
}

/** Another server, or another clip: its revisions are others. */
export function forgetNews(): void {
  heard.clear();
}
