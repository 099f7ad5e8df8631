/** Things kept up to a budget of bytes; what was used longest ago goes first. */

export class Kept<T> {
  private readonly held = new Map<string, { thing: T; bytes: number }>();
  private sum = 0;

  constructor(
    private readonly budget: number,
    private readonly release: (thing: T) => void = () => {},
  ) {}

  get bytes(): number {
    return this.sum;
  }

  get size(): number {
    return this.held.size;
  }

  has(key: string): boolean {
    return this.held.has(key);
  }

  get(key: string): T | undefined {
    const found = this.held.get(key);
    if (!found) return undefined;
    this.held.delete(key);
    this.held.set(key, found);
    return found.thing;
  }

  put(key: string, thing: T, bytes: number): void {
    this.drop(key);
    this.held.set(key, { thing, bytes });
    this.sum += bytes;
    for (const oldest of this.held.keys()) {
      if (this.sum <= this.budget || oldest === key) break;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    const found = this.held.get(key);
    if (!found) return;
    this.held.delete(key);
    this.sum -= found.bytes;
    this.release(found.thing);
  }

  dropWhere(unwanted: (key: string) => boolean): void {
    for (const key of [...this.held.keys()]) if (unwanted(key)) this.drop(key);
  }
}
