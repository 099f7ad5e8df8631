/** Renders, scans and exports: what they are doing, and the orders to them. */

import { computed, signal } from "@preact/signals";

import { get, post } from "../api/client";
import type { Job } from "../api/types";
import { clipPath, complain, say } from "./app";

export const jobs = signal<Job[]>([]);
export const outputFolder = signal("");
export const formats = signal<string[]>(["same"]);

const RESTING = new Set(["done", "failed", "cancelled"]);

export function isOver(job: Job): boolean {
  return RESTING.has(job.state);
}

export const activeJob = computed(() => jobs.value.find((job) => job.state === "running") ?? jobs.value.find((job) => !isOver(job)) ?? null);

export async function loadWork(): Promise<void> {
  try {
    const [work, known] = await Promise.all([
      get<{ output_folder: string; jobs: Job[] }>("/jobs"),
      get<{ formats: string[] }>(clipPath("/formats")),
    ]);
    outputFolder.value = work.output_folder;
    jobs.value = work.jobs;
    formats.value = known.formats;
  } catch (error) {
    complain(error);
  }
}

export function takeJob(job: Job): void {
  const before = jobs.value.find((one) => one.id === job.id);
  jobs.value = before ? jobs.value.map((one) => (one.id === job.id ? job : one)) : [...jobs.value, job];
  if (before && !isOver(before) && isOver(job)) tellEnd(job);
}

function tellEnd(job: Job): void {
  if (job.state === "failed") say(`${job.label}: ${job.message}`, true);
  else say(`${job.label}: ${job.state}.`);
}

async function start(path: string, body: unknown): Promise<void> {
  try {
    takeJob(await post<Job>(clipPath(path), body));
  } catch (error) {
    complain(error);
  }
}

export interface RenderOrder {
  name: string;
  format: string;
  frames: string | null;
  matte: boolean;
  patches: boolean;
  verify: boolean;
  overwrite: boolean;
  resume: boolean;
}

export const render = (order: RenderOrder): Promise<void> => start("/renders", order);
export const scan = (frames: string | null, repair: boolean): Promise<void> => start("/scan", { frames, repair });
export const exportFiles = (order: Record<string, unknown>): Promise<void> => start("/exports", order);

export async function order(job: Job, what: "pause" | "resume" | "cancel"): Promise<void> {
  try {
    takeJob(await post<Job>(`/jobs/${job.id}/${what}`));
  } catch (error) {
    complain(error);
  }
}
