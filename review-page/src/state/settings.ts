/** The clip's settings: a change counts at once, and the picture in view is made anew with it. */

import { signal } from "@preact/signals";

import { get, post, put } from "../api/client";
import type { Values } from "../api/types";
import { clipPath, complain } from "./app";
import { forgetFrames } from "./facts";

const SETTLE = 150;

export const values = signal<Values>({});

let changed: Values = {};
let timer = 0;

interface Answer {
  revision: number;
  values: Values;
}

export async function loadSettings(): Promise<void> {
  try {
    values.value = (await get<Answer>(clipPath("/settings"))).values;
  } catch (error) {
    complain(error);
  }
}

/** Sets one parameter; sent when the hand rests. */
export function setParameter(id: string, value: number | string): void {
  values.value = { ...values.value, [id]: value };
  changed = { ...changed, [id]: value };
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void sendChanges(), SETTLE);
}

async function sendChanges(): Promise<void> {
  const sent = changed;
  changed = {};
  try {
    const answer = await put<Answer>(clipPath("/settings"), { values: sent });
    values.value = { ...answer.values, ...changed };
    forgetFrames(null);
  } catch (error) {
    complain(error);
    await loadSettings();
  }
}

export async function resetSettings(): Promise<void> {
  try {
    values.value = (await post<Answer>(clipPath("/settings/reset"))).values;
    forgetFrames(null);
  } catch (error) {
    complain(error);
  }
}
