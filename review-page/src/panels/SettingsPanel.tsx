/** Settings, made from the engine's own table; the frame in view is repaired anew as they change. */

import type { Parameter } from "../api/types";
import { session } from "../state/app";
import { looking } from "../state/facts";
import { resetSettings, setParameter, values } from "../state/settings";
import { Action, Select, Slider } from "../ui/controls";

const GROUPS: Record<string, string> = { detect: "Detection", matte: "Matte", infrared: "Infrared", repair: "Repair" };

function capitalised(word: string): string {
  return word === "um" ? "µm" : word;
}

export function SettingsPanel() {
  const table = session.value?.parameters ?? [];
  const groups = [...new Set(table.map((one) => one.group))];
  return (
    <section class="settings" aria-label="Settings">
      <header>
        <p class="quiet">{looking.value ? "Repairing the frame in view…" : "Changes are seen at once on the frame in view."}</p>
        <Action label="Set everything back to the defaults" run={() => void resetSettings()}>Defaults</Action>
      </header>
      {groups.map((group) => (
        <fieldset key={group}>
          <legend>{GROUPS[group] ?? group}</legend>
          {table.filter((one) => one.group === group).map((one) => <Control key={one.id} of={one} />)}
        </fieldset>
      ))}
    </section>
  );
}

function Control({ of: one }: { of: Parameter }) {
  const value = values.value[one.id] ?? one.default;
  const changed = value !== one.default;
  if (one.kind === "choice") {
    const options = one.choices.map((id) => ({ id, label: capitalised(id) }));
    return (
      <div class={`control ${changed ? "changed" : ""}`} title={one.hint}>
        <Select label={one.label} shown options={options} value={String(value)} pick={(id) => setParameter(one.id, id)} />
      </div>
    );
  }
  const [low, high] = one.display;
  const whole = one.kind === "integer";
  const step = whole ? 1 : (high - low) / 100;
  const text = `${whole ? value : Number(value).toFixed(2)} ${one.unit}`.trim();
  return (
    <div class={`control ${changed ? "changed" : ""}`}>
      <Slider
        label={one.label} hint={one.hint} value={Number(value)} low={low} high={high} step={step}
        neutral={Number(one.default)} text={text} set={(to) => setParameter(one.id, to)}
      />
    </div>
  );
}
