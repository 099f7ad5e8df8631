/** What the server says, as engine/review/API.md tells it. */

export type Box = [top: number, left: number, bottom: number, right: number];
export type Point = [row: number, column: number];

export type DamageClass = "blotch" | "hair" | "scratch" | "other";
export type Verdict = "accept" | "veto" | "protect" | "add" | "fill";
export type Scope = "frame" | "range" | "shot";

export interface Choice {
  id: string;
  label: string;
}

export interface ScanState {
  state: "idle" | "running" | "complete";
  done: number;
  of: number;
}

export type Values = Record<string, number | string>;

export interface Clip {
  id: string;
  name: string;
  path: string;
  kind: "sequence" | "movie" | "still";
  format: string;
  width: number;
  height: number;
  bits: number;
  first: number;
  last: number;
  count: number;
  gaps: [number, number][];
  rate: number;
  rate_known: boolean;
  timecode: string;
  start_frame: number;
  colour: { space: string; reason: string };
  views: Choice[];
  view: string;
  infrared: boolean;
  truth: boolean;
  audit: string;
  rendered: boolean;
  settings: Values;
  settings_revision: number;
  decisions_file: string;
  revision: number;
  scan: ScanState;
  model: { id: string; version: string };
  radius: number;
  reach: number;
}

export interface Parameter {
  id: string;
  label: string;
  hint: string;
  kind: "float" | "integer" | "choice";
  default: number | string;
  minimum: number;
  maximum: number;
  display: [number, number];
  unit: string;
  group: string;
  choices: string[];
}

export interface Session {
  api: number;
  version: string;
  clips: Clip[];
  parameters: Parameter[];
  classes: DamageClass[];
  verdicts: Verdict[];
  fills: string[];
  limits: { defects_page: number; timeline_bins: number; stroke_points: number; body_bytes: number };
}

export interface Ruling {
  id: string;
  verdict: Verdict;
  fill: string;
}

export interface Defect {
  id: string;
  frame: number;
  region: number;
  box: Box;
  area: number;
  class: DamageClass;
  confidence: number | null;
  fill: string;
  state: string;
  why: string;
  flags: number;
  decision: Ruling | null;
}

export interface FrameFacts {
  frame: number;
  known: boolean;
  version: string;
  status: string;
  message: string;
  after: "live" | "render";
  damaged: number;
  neighbours: number[];
  duplicate_of: number | null;
  cut_before: boolean;
  flags: string[];
  timecode: string;
  regions: Defect[];
  seconds: Record<string, number>;
}

export interface WalkPicture {
  kind: string;
  label: string;
  query: Record<string, string>;
}

export interface WalkStep {
  id: string;
  label: string;
  words: string;
  seconds: number | null;
  pictures: WalkPicture[];
  numbers?: Record<string, string | number>;
  legend?: { label: string; colour: string }[];
}

export interface Walk {
  frame: number;
  version: string;
  steps: WalkStep[];
}

export interface TimelineBins {
  first: number;
  last: number;
  bins: number;
  revision: string;
  start: number[];
  density: number[];
  mean: number[];
  regions: number[];
  flags: number[];
  cuts: number[];
  known: number;
}

export interface NextStop {
  frame: number | null;
  defect: string | null;
  why: string;
}

export interface DefectPage {
  total: number;
  offset: number;
  revision: string;
  rows: Defect[];
  counts: Record<"state" | "class" | "decision", Record<string, number>>;
}

export type Shape =
  | { box: Box }
  | { polygon: Point[] }
  | { stroke: { points: (Point | [number, number, number])[]; radius: number } };

export interface Decision {
  id: string;
  verdict: Verdict;
  frames: string;
  scope?: Scope;
  shape?: { box?: Box; polygon?: Point[]; mask?: { box: Box; bits: string } };
  class?: DamageClass;
  fill?: string;
  note?: string;
  when?: string;
  defect?: string;
}

export interface DecisionsState {
  revision: number;
  can_undo: boolean;
  can_redo: boolean;
  undo: string;
  redo: string;
}

export interface DecisionsAnswer extends DecisionsState {
  frames: string;
  put: Decision[];
  removed: string[];
}

export interface Found extends DecisionsAnswer {
  found: { box: Box; area: number; class: DamageClass; confidence: number | null }[];
  patch: { box: Box; picture: string } | null;
  seconds: number;
}

export type JobState =
  | "waiting" | "running" | "pausing" | "paused" | "cancelling" | "cancelled" | "done" | "failed";

export interface Job {
  id: string;
  kind: "render" | "scan" | "export";
  clip: string;
  label: string;
  state: JobState;
  done: number;
  of: number;
  failed: number;
  fps: number;
  elapsed: number;
  left: number | null;
  message: string;
  frame: number | null;
  outputs: Record<string, string>;
  files: { name: string; bytes: number }[];
}

export type ServerEvent =
  | { type: "hello"; api: number; jobs: Job[] }
  | { type: "job"; job: Job }
  | { type: "changed"; clip: string; frames: string | null; revision: number; why: string }
  | { type: "known"; clip: string; frame: number; version: string }
  | { type: "clip"; clip: Clip }
  | { type: "notice"; clip: string; message: string }
  | { type: "bye"; message: string }
  | { type: "pong" };

/** Bits of `flags`, in a bin of the timeline and in a defect. */
export const FLAG = {
  leftAlone: 1,
  lowConfidence: 2,
  largeArea: 4,
  emulsionLoss: 8,
  failed: 16,
  decided: 32,
  duplicate: 64,
  missing: 128,
  cut: 256,
  suspected: 512,
} as const;
