/** The keyboard map: one table, from which the keys work, `?` is made, and tooltips name them. */

export interface Command {
  id: string;
  /** As `event.key` says, with "Ctrl+", "Shift+", "Alt+" before it; Ctrl is the command key on a Mac. */
  keys: string[];
  says: string;
}

export interface Group {
  title: string;
  commands: Command[];
}

export const KEYMAP: readonly Group[] = [
  {
    title: "Decide",
    commands: [
      { id: "accept", keys: ["a"], says: "Accept: this is damage" },
      { id: "veto", keys: ["v"], says: "Veto: this is picture, leave it" },
      { id: "protect", keys: ["p"], says: "Protect on this frame" },
      { id: "protect-shot", keys: ["Shift+p"], says: "Protect for the whole shot" },
      { id: "fill-1", keys: ["1"], says: "Fill from the previous frame" },
      { id: "fill-2", keys: ["2"], says: "Fill from the next frame" },
      { id: "fill-3", keys: ["3"], says: "Fill from the frame itself" },
      { id: "fill-4", keys: ["4"], says: "Put the original back" },
      { id: "fill-5", keys: ["5"], says: "Have the diffusion net paint it" },
      { id: "clear", keys: ["u", "Delete"], says: "Take the decision back" },
      { id: "undo", keys: ["Ctrl+z"], says: "Undo" },
      { id: "redo", keys: ["Ctrl+Shift+z", "Ctrl+y"], says: "Redo" },
    ],
  },
  {
    title: "Find",
    commands: [
      { id: "defect-next", keys: ["ArrowDown"], says: "Next defect in the list" },
      { id: "defect-previous", keys: ["ArrowUp"], says: "Previous defect in the list" },
      { id: "defect-extend", keys: ["Shift+ArrowDown"], says: "Extend the selection" },
      { id: "defect-extend-up", keys: ["Shift+ArrowUp"], says: "Extend it upwards" },
      { id: "worth-next", keys: ["n"], says: "Next thing worth a look" },
      { id: "worth-previous", keys: ["Shift+n"], says: "The one before" },
      { id: "cut-next", keys: ["PageDown"], says: "Next shot" },
      { id: "cut-previous", keys: ["PageUp"], says: "Previous shot" },
      { id: "select-all", keys: ["Ctrl+a"], says: "Select all in the list" },
      { id: "escape", keys: ["Escape"], says: "Clear the selection, put the tool away" },
    ],
  },
  {
    title: "Play",
    commands: [
      { id: "play", keys: [" "], says: "Play, stop" },
      { id: "shuttle-back", keys: ["j"], says: "Back, each press faster" },
      { id: "shuttle-stop", keys: ["k"], says: "Stop" },
      { id: "shuttle-on", keys: ["l"], says: "Forward, each press faster" },
      { id: "step-on", keys: ["ArrowRight"], says: "One frame on" },
      { id: "step-back", keys: ["ArrowLeft"], says: "One frame back" },
      { id: "leap-on", keys: ["Shift+ArrowRight"], says: "Ten frames on" },
      { id: "leap-back", keys: ["Shift+ArrowLeft"], says: "Ten frames back" },
      { id: "first", keys: ["Home"], says: "First frame, or in" },
      { id: "last", keys: ["End"], says: "Last frame, or out" },
      { id: "in", keys: ["i"], says: "In here" },
      { id: "out", keys: ["o"], says: "Out here" },
      { id: "marks-clear", keys: ["Alt+x"], says: "Clear in and out" },
      { id: "loop", keys: ["q"], says: "Loop around this frame" },
    ],
  },
  {
    title: "Tools",
    commands: [
      { id: "hand", keys: ["h"], says: "Hand: pan, click a defect" },
      { id: "lasso", keys: ["g"], says: "Lasso: select" },
      { id: "sweep", keys: ["Shift+g"], says: "Brush: select" },
      { id: "paint", keys: ["c"], says: "Paint what was missed" },
      { id: "erase", keys: ["e"], says: "Erase from the matte" },
      { id: "box", keys: ["x"], says: "Box: detect in it, and repair" },
      { id: "brush-less", keys: ["["], says: "Smaller brush" },
      { id: "brush-more", keys: ["]"], says: "Larger brush" },
    ],
  },
  {
    title: "Look",
    commands: [
      { id: "wipe", keys: ["w"], says: "Wipe" },
      { id: "side", keys: ["s"], says: "Side by side" },
      { id: "flip", keys: ["b"], says: "Flip before and after" },
      { id: "difference", keys: ["d"], says: "Difference" },
      { id: "matte", keys: ["m"], says: "Matte over the picture" },
      { id: "outlines", keys: ["Shift+o"], says: "Outlines of defects" },
      { id: "truth", keys: ["t"], says: "Against the truth matte" },
      { id: "infrared", keys: ["r"], says: "Infrared" },
      { id: "neighbour-back", keys: [","], says: "Flip to the frame before, aligned" },
      { id: "neighbour-on", keys: ["."], says: "Flip to the frame after, aligned" },
      { id: "fit", keys: ["f"], says: "Fit the frame" },
      { id: "one", keys: ["z"], says: "1:1, or fit again" },
      { id: "defect-zoom", keys: ["Enter"], says: "Zoom in on the defect" },
      { id: "zoom-in", keys: ["+", "="], says: "Zoom in, to 800 %" },
      { id: "zoom-out", keys: ["-"], says: "Zoom out" },
      { id: "look-reset", keys: ["Shift+r"], says: "Reset exposure, gain, gamma and view" },
    ],
  },
  {
    title: "Panels",
    commands: [
      { id: "panel-defects", keys: ["F1"], says: "Defects" },
      { id: "panel-walk", keys: ["F2"], says: "Pipeline" },
      { id: "panel-settings", keys: ["F3"], says: "Settings" },
      { id: "panel-work", keys: ["F4"], says: "Work" },
      { id: "help", keys: ["?"], says: "This map" },
    ],
  },
];

const NAMES: Record<string, string> = {
  " ": "Space", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", PageUp: "Page ↑", PageDown: "Page ↓",
  Escape: "Esc", Delete: "Del",
};

/** How a key is written for people: "Shift P", "Ctrl Z". */
export function keyName(key: string): string {
  const parts = key === "+" ? ["+"] : key.split("+").filter(Boolean);
  return parts.map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" ");
}

export function hintOf(id: string): string {
  return HINTS.get(id) ?? "";
}

/** The id of the command that a key event asks for; "" where there is none. */
export function commandOf(event: KeyboardEvent): string {
  return BY_KEY.get(written(event)) ?? "";
}

function written({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  const letter = key.length === 1 ? key.toLowerCase() : key;
  // What Shift has already made another sign of ("?", "+") is written without it.
  const shift = shiftKey && (key.length > 1 || letter !== letter.toUpperCase());
  return `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${letter}`;
}

const BY_KEY: ReadonlyMap<string, string> = new Map(
  KEYMAP.flatMap((group) => group.commands.flatMap((command) => command.keys.map((key) => [key, command.id] as const))),
);

const HINTS: ReadonlyMap<string, string> = new Map(
  KEYMAP.flatMap((group) => group.commands.map(({ id, keys: [first] }) => [id, first ? keyName(first) : ""] as const)),
);
