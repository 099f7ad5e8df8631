/** Small controls that several panels use. */

import type { ComponentChildren } from "preact";

import { hintOf } from "../keys/map";
import { Icon, type IconName } from "./Icon";

interface ActionProps {
  icon?: IconName;
  label: string;
  /** Id of the command in the keyboard map, whose key the tooltip names. */
  command?: string;
  pressed?: boolean;
  disabled?: boolean;
  run: () => void;
  children?: ComponentChildren;
}

export function Action({ icon, label, command, pressed, disabled, run, children }: ActionProps) {
  const key = command ? hintOf(command) : "";
  return (
    <button
      class={`action ${children ? "" : "square"}`}
      title={key ? `${label}  (${key})` : label}
      aria-label={label}
      aria-keyshortcuts={key || undefined}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      disabled={disabled ?? false}
      onClick={(event) => {
        run();
        // The keys go on to work on the picture, not on the button.
        if (event.detail > 0) event.currentTarget.blur();
      }}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface Option<T extends string> {
  id: T;
  label: string;
  command?: string;
}

export function Segments<T extends string>(props: { label: string; options: Option<T>[]; value: T; pick: (id: T) => void }) {
  return (
    <div class="segments" role="group" aria-label={props.label}>
      {props.options.map(({ id, label, command }) => (
        <Action key={id} label={label} pressed={props.value === id} run={() => props.pick(id)} {...(command ? { command } : {})}>
          {label}
        </Action>
      ))}
    </div>
  );
}

export interface SliderProps {
  label: string;
  hint?: string;
  value: number;
  low: number;
  high: number;
  step: number;
  neutral?: number;
  text?: string;
  set: (value: number) => void;
}

/** A slider with its value; a double click sets it back. */
export function Slider({ label, hint, value, low, high, step, neutral, text, set }: SliderProps) {
  return (
    <label class="slider" title={hint}>
      <span>{label}</span>
      <input
        type="range" min={low} max={high} step={step} value={value}
        aria-label={label}
        onInput={(event) => set(Number(event.currentTarget.value))}
        onDblClick={() => neutral !== undefined && set(neutral)}
      />
      <output>{text ?? value}</output>
    </label>
  );
}

export function Select<T extends string>(props: {
  label: string; options: readonly Option<T>[]; value: T; pick: (id: T) => void; shown?: boolean;
}) {
  return (
    <label class="select">
      {props.shown && <span>{props.label}</span>}
      <select aria-label={props.label} value={props.value} onChange={(event) => props.pick(event.currentTarget.value as T)}>
        {props.options.map(({ id, label }) => (
          <option key={id} value={id} selected={id === props.value}>{label}</option>
        ))}
      </select>
    </label>
  );
}
