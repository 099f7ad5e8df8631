/** The list of defects: pages of it, the filter, what is selected, where the cursor is. */

import { batch, computed, effect, signal } from "@preact/signals";

import { type Query, get, isAbort } from "../api/client";
import type { Box, Defect, DefectPage } from "../api/types";
import { clip, clipPath, complain, frame, goTo } from "./app";
import { shown } from "./pending";
import { stop } from "./transport";

export const PAGE = 100;
const KEPT_PAGES = 40;
const REFRESH = 250;

export interface Filter {
  state: string;
  class: string;
  decision: string;
  fill: string;
  areaMin: string;
  confidenceMax: string;
  here: boolean;
  sort: string;
  order: "asc" | "desc";
}

export const NO_FILTER: Filter = {
  state: "", class: "", decision: "", fill: "", areaMin: "", confidenceMax: "", here: false, sort: "frame", order: "asc",
};

export const filter = signal<Filter>(NO_FILTER);
export const total = signal(0);
export const counts = signal<DefectPage["counts"] | null>(null);
/** Pages by their number, each of `PAGE` rows. */
export const pages = signal<ReadonlyMap<number, Defect[]>>(new Map());
export const selected = signal<ReadonlySet<string>>(new Set());
export const cursor = signal(-1);
export const focused = signal<Defect | null>(null);
/** Asks the viewer to bring a box into view; a new array each time. */
export const lookAt = signal<Box | null>(null);

const asked = new Set<number>();
let generation = 0;
let anchor = -1;

export const filtered = computed(() => {
  const { sort: _sort, order: _order, ...limits } = filter.value;
  return Object.values(limits).some(Boolean);
});

function query(): Query {
  const f = filter.value;
  const here = f.here ? frame.value : undefined;
  return {
    state: f.state, class: f.class, decision: f.decision, fill: f.fill, area_min: f.areaMin,
    confidence_max: f.confidenceMax, first: here, last: here, sort: f.sort, order: f.order,
  };
}

export function rowAt(index: number): Defect | null {
  const row = pages.value.get(Math.floor(index / PAGE))?.[index % PAGE];
  return row ? shown(row) : null;
}

/** Asks for the rows from `first` to `last` as far as they are not there. */
export function need(first: number, last: number): void {
  for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
    if (page >= 0 && !pages.peek().has(page) && !asked.has(page)) void load(page);
  }
}

async function load(page: number): Promise<void> {
  const mine = generation;
  asked.add(page);
  try {
    const got = await get<DefectPage>(clipPath("/defects"), { ...query(), offset: page * PAGE, limit: PAGE });
    if (mine === generation) take(page, got);
  } catch (error) {
    if (!isAbort(error)) complain(error);
  } finally {
    if (mine === generation) asked.delete(page);
  }
}

function take(page: number, got: DefectPage): void {
  const next = new Map(pages.peek());
  const before = new Map(next.get(page)?.map((row) => [row.id, row]));
  next.delete(page);
  next.set(page, got.rows.map((row) => unlessTheSame(before.get(row.id), row)));
  for (const oldest of next.keys()) {
    if (next.size <= KEPT_PAGES) break;
    next.delete(oldest);
  }
  batch(() => {
    pages.value = next;
    total.value = got.total;
    counts.value = got.counts;
    follow();
  });
}

/** What says nothing new stays the object that it was: nothing of it is drawn again. */
function unlessTheSame(before: Defect | undefined, row: Defect): Defect {
  return before && JSON.stringify(before) === JSON.stringify(row) ? before : row;
}

/** Finds the focused defect again after rows came anew. */
function follow(): void {
  const id = focused.peek()?.id;
  if (!id) return;
  for (const [page, rows] of pages.peek()) {
    const place = rows.findIndex((row) => row.id === id);
    if (place >= 0) {
      cursor.value = page * PAGE + place;
      focused.value = rows[place] ?? null;
      return;
    }
  }
}

/** What has been asked for and is not there yet will not be taken. */
function outdate(): void {
  generation += 1;
  asked.clear();
}

/** Another list: nothing of the old one holds. */
export function restart(): void {
  outdate();
  batch(() => {
    pages.value = new Map();
    cursor.value = -1;
    anchor = -1;
  });
  void load(0);
}

let timer = 0;

/** The same list with news in it: what is there stays in sight until the new rows come. */
export function refreshList(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    outdate();
    const there = [...pages.peek().keys()].slice(-3);
    pages.value = new Map([...pages.peek()].filter(([page]) => there.includes(page)));
    for (const page of there.length ? there : [0]) void load(page);
  }, REFRESH);
}

export function followFilter(): () => void {
  const end = effect(() => {
    void filter.value;
    void (filter.value.here && frame.value);
    if (clip.value?.id) restart();
  });
  return () => {
    window.clearTimeout(timer);
    end();
  };
}

/** Changes rows in place. Rows that are on their way left the server before the change: they may not come over it. */
export function patchRows(change: (row: Defect) => Defect): void {
  outdate();
  batch(() => {
    pages.value = new Map([...pages.peek()].map(([page, rows]) => [page, rows.map(change)]));
    if (focused.peek()) focused.value = change(focused.peek() as Defect);
  });
}

/** Puts the cursor on a defect and goes to its frame. */
export function focus(row: Defect, index: number, bringIntoView = true): void {
  stop();
  batch(() => {
    focused.value = row;
    cursor.value = index;
    goTo(row.frame);
    if (bringIntoView) lookAt.value = [...row.box];
  });
}

export function choose(index: number, how: "only" | "toggle" | "range"): void {
  const row = rowAt(index);
  if (!row) return;
  const next = new Set(how === "only" ? [] : selected.peek());
  if (how === "range" && anchor >= 0) {
    for (let at = Math.min(anchor, index); at <= Math.max(anchor, index); at++) {
      const one = rowAt(at);
      if (one) next.add(one.id);
    }
  } else if (how === "toggle") {
    if (!next.delete(row.id)) next.add(row.id);
    anchor = index;
  } else anchor = index;
  selected.value = next;
  focus(row, index);
}

export function moveCursor(by: number, extend = false): void {
  const here = rowAt(cursor.value);
  // Where the defect under the cursor has left the list, the next one stands in its place already.
  const left = by > 0 && here !== null && focused.value !== null && here.id !== focused.value.id;
  const index = Math.min(Math.max(cursor.value + by - (left ? 1 : 0), 0), total.value - 1);
  if (rowAt(index)) choose(index, extend ? "range" : "only");
  else need(index, index);
}

export function select(ids: Iterable<string>, add = false): void {
  selected.value = new Set([...(add ? selected.peek() : []), ...ids]);
}

export async function selectAll(): Promise<void> {
  const got = await get<{ ids: string[] }>(clipPath("/defects/ids"), query()).catch(complain);
  if (got) select(got.ids);
}

export function clearSelection(): void {
  selected.value = new Set();
}

/** What a decision is about: the selection, else the defect under the cursor. */
export const chosen = computed<string[]>(() => {
  if (selected.value.size) return [...selected.value];
  return focused.value ? [focused.value.id] : [];
});

/** Puts the cursor on a defect wherever it stands in the list. */
export async function focusById(id: string, bringIntoView = true): Promise<void> {
  try {
    const got = await get<DefectPage>(clipPath("/defects"), { ...query(), around: id, limit: PAGE });
    const place = got.rows.findIndex((row) => row.id === id);
    const row = got.rows[place];
    if (!row) {
      const alone = await get<Defect>(clipPath(`/defects/${id}`));
      focus(alone, -1, bringIntoView);
      return;
    }
    const index = got.offset + place;
    need(index - 10, index + 10);
    focus(row, index, bringIntoView);
  } catch (error) {
    complain(error);
  }
}
