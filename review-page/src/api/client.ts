/** Requests to the server that this page came from. */

import type { Box } from "./types";

export type Query = Record<string, string | number | boolean | null | undefined>;

/** A refusal, in the server's own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

/** Rows of 8-bit samples, top first, without padding. */
export interface RawPicture {
  width: number;
  height: number;
  channels: 1 | 3;
  samples: Uint8Array<ArrayBuffer>;
}

export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `/api${path}${text ? `?${text}` : ""}`;
}

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return answer<T>(address(path, query), signal ? { signal } : {});
}

export function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  return answer<T>(address(path), { ...sent("POST", body), ...(signal ? { signal } : {}) });
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return answer<T>(address(path), sent("PUT", body));
}

/** A picture's samples; `url` must ask for `format=raw`. */
export async function rawPicture(url: string, signal?: AbortSignal): Promise<RawPicture> {
  const response = await reached(url, { cache: "no-store", ...(signal ? { signal } : {}) });
  if (!response.ok) throw await refusal(response);
  const [width = 0, height = 0, channels = 0] = (response.headers.get("X-Reelmend-Size") ?? "").split(" ").map(Number);
  const samples = new Uint8Array(await response.arrayBuffer());
  if (samples.length !== width * height * channels || (channels !== 1 && channels !== 3)) {
    throw new Refused(500, "Unexpected", `A picture of ${width} x ${height} x ${channels} came with ${samples.length} bytes.`);
  }
  return { width, height, channels, samples };
}

/** A picture that the browser decodes (JPEG, PNG). The caller closes it. */
export async function bitmap(url: string, signal?: AbortSignal): Promise<ImageBitmap> {
  const response = await reached(url, signal ? { signal } : {});
  if (!response.ok) throw await refusal(response);
  return createImageBitmap(await response.blob(), { colorSpaceConversion: "none" });
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function boxText(box: Box): string {
  return box.join(",");
}

function sent(method: string, body: unknown): RequestInit {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function reached(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Refused(0, "Unreachable", "The server cannot be reached.");
  }
}

async function answer<T>(url: string, init: RequestInit): Promise<T> {
  const response = await reached(url, init);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function refusal(response: Response): Promise<Refused> {
  try {
    const { error } = (await response.json()) as { error: { kind: string; message: string } };
    return new Refused(response.status, error.kind, error.message);
  } catch {
    return new Refused(response.status, "Unexpected", `The server answered ${response.status} ${response.statusText}.`);
  }
}
