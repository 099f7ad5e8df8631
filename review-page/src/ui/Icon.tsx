/** Line icons on a 20 x 20 grid, in the colour of the text. */

const PATHS = {
  play: "M6 4l10 6-10 6z",
  back: "M14 4L4 10l10 6z",
  pause: "M6 4v12M13 4v12",
  next: "M5 4l8 6-8 6zM15 4v12",
  previous: "M15 4l-8 6 8 6zM5 4v12",
  first: "M16 4l-6 6 6 6M10 4l-6 6 6 6",
  last: "M4 4l6 6-6 6M10 4l6 6-6 6",
  loop: "M4 9a4 4 0 014-4h7l-2-2M16 11a4 4 0 01-4 4H5l2 2",
  hand: "M10 3v14M3 10h14M10 3L8 5M10 3l2 2M10 17l-2-2M10 17l2-2M3 10l2-2M3 10l2 2M17 10l-2-2M17 10l-2 2",
  lasso: "M10 4c4 0 7 2 7 4.500s-3 4.500-7 4.500-7-2-7-4.500S6 4 10 4zM6 12c-2 2 0 4 1 5",
  sweep: "M3 14c3-8 6 2 8-4s3-5 6-6M3 17h2M8 17h2M13 17h2",
  paint: "M16 3l1 1-8 9-2-2zM6 12c-2 0-3 2-4 5 3 0 6-1 6-3z",
  erase: "M8 16l-5-5 8-8 6 6-7 7zM6 8l6 6M8 16h9",
  box: "M4 4h12v12H4zM10 7v6M7 10h6",
  undo: "M8 4L4 8l4 4M4 8h8a4 4 0 010 8H9",
  redo: "M12 4l4 4-4 4M16 8H8a4 4 0 000 8h3",
  check: "M4 10l4 5 8-10",
  cross: "M5 5l10 10M15 5L5 15",
  shield: "M10 3l6 2v5c0 4-3 6-6 7-3-1-6-3-6-7V5z",
  help: "M7 7.500a3 3 0 113.500 3c-.5.2-.5.8-.5 1.500M10 15v.5",
  mark: "M10 3l2 5 5 .4-4 3.300 1.300 5.300L10 14l-4.300 3 1.300-5.300-4-3.300 5-.4z",
  cut: "M10 3v14M5 6l3 4-3 4M15 6l-3 4 3 4",
  fit: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
