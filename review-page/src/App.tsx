/** The page: bar, picture, transport, timeline, and the panel on the right. */

import { DefectList } from "./defects/DefectList";
import { Help } from "./panels/Help";
import { SettingsPanel } from "./panels/SettingsPanel";
import { TopBar } from "./panels/TopBar";
import { Transport } from "./panels/Transport";
import { WalkPanel } from "./panels/WalkPanel";
import { WorkPanel } from "./panels/WorkPanel";
import { type Panel, clip, dismiss, ended, messages, panel } from "./state/app";
import { Timeline } from "./timeline/Timeline";
import { FLAG_MARKS } from "./timeline/draw";
import { CLASS_COLOUR } from "./viewer/marks";
import { Viewer } from "./viewer/Viewer";

const PANELS: { id: Panel; label: string; key: string }[] = [
  { id: "defects", label: "Defects", key: "F1" },
  { id: "walk", label: "Pipeline", key: "F2" },
  { id: "settings", label: "Settings", key: "F3" },
  { id: "work", label: "Work", key: "F4" },
];

export function App() {
  if (ended.value) return <main class="over"><h1>The review has ended</h1><p>{ended.value}</p></main>;
  if (!clip.value) return <main class="over"><p>Opening…</p><Messages /></main>;
  return (
    <main class="page">
      <TopBar />
      <Viewer key="viewer" />
      <aside class="side">
        <div class="tabs" role="tablist" aria-label="Panels">
          {PANELS.map(({ id, label, key }) => (
            <button key={id} role="tab" aria-selected={panel.value === id} title={`${label}  (${key})`} onClick={() => (panel.value = id)}>{label}</button>
          ))}
        </div>
        <div class="panel" role="tabpanel" aria-label={panel.value}>
          {panel.value === "defects" && <DefectList />}
          {panel.value === "walk" && <WalkPanel />}
          {panel.value === "settings" && <SettingsPanel />}
          {panel.value === "work" && <WorkPanel />}
        </div>
      </aside>
      <Transport />
      <footer class="foot">
        <Timeline />
        <Legend />
      </footer>
      <Messages />
      <Help />
    </main>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Colours">
      {Object.entries(CLASS_COLOUR).map(([name, colour]) => <li key={name}><i class="ring" style={{ borderColor: colour }} />{name}</li>)}
      {FLAG_MARKS.map(({ label, colour }) => <li key={label}><i style={{ background: colour }} />{label}</li>)}
    </ul>
  );
}

function Messages() {
  return (
    <div class="messages" aria-live="polite">
      {messages.value.map(({ id, text, grave }) => (
        <p key={id} class={grave ? "grave" : ""} role={grave ? "alert" : "status"}>
          {text}
          <button class="bare" aria-label="Dismiss" onClick={() => dismiss(id)}>×</button>
        </p>
      ))}
    </div>
  );
}
