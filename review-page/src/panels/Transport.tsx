/** Under the picture: tools on the left, playing in the middle, jumps on the right. */

import { clip, existing, frame, goTo } from "../state/app";
import { factsInView } from "../state/facts";
import { flip, stepFlip } from "../state/look";
import { jump } from "../state/timeline";
import { type Tool, brush, growBrush, tool } from "../state/tools";
import * as transport from "../state/transport";
import type { IconName } from "../ui/Icon";
import { Action } from "../ui/controls";
import { fit, fitted, zoom, zoomTo } from "../viewer/placing";

const TOOLS: { id: Tool; icon: IconName; label: string }[] = [
  { id: "hand", icon: "hand", label: "Hand: pan, click a defect" },
  { id: "lasso", icon: "lasso", label: "Lasso: select" },
  { id: "sweep", icon: "sweep", label: "Brush: select" },
  { id: "paint", icon: "paint", label: "Paint what was missed" },
  { id: "erase", icon: "erase", label: "Erase from the matte" },
  { id: "box", icon: "box", label: "Box: detect in it at higher sensitivity, and repair" },
];
const WITH_BRUSH = new Set<Tool>(["sweep", "paint", "erase"]);

export function Transport() {
  return (
    <div class="transport">
      <div class="tools">
        <div class="segments" role="group" aria-label="Tools">
          {TOOLS.map(({ id, icon, label }) => (
            <Action key={id} icon={icon} label={label} command={id} pressed={tool.value === id} run={() => (tool.value = id)} />
          ))}
        </div>
        {WITH_BRUSH.has(tool.value) && (
          <span class="brush">
            <Action label="Smaller brush" command="brush-less" run={() => growBrush(1 / 1.25)}>−</Action>
            <output aria-label="Radius of the brush">{brush.value} px</output>
            <Action label="Larger brush" command="brush-more" run={() => growBrush(1.25)}>+</Action>
          </span>
        )}
      </div>
      <Clock />
      <div class="play">
        <Action icon="first" label="First frame, or in" command="first" run={() => goTo(transport.range.value[0])} />
        <Action icon="previous" label="One frame back" command="step-back" run={() => transport.step(-1)} />
        <Action icon="back" label="Play backwards" command="shuttle-back" pressed={transport.speed.value < 0} run={() => transport.shuttle(-1)} />
        <Action icon={transport.playing.value ? "pause" : "play"} label={transport.playing.value ? "Stop" : "Play"} command="play" run={transport.togglePlay} />
        <Action icon="next" label="One frame on" command="step-on" run={() => transport.step(1)} />
        <Action icon="last" label="Last frame, or out" command="last" run={() => goTo(transport.range.value[1])} />
        <Action icon="loop" label="Loop around this frame" command="loop" run={transport.loopAround} />
        <Rate />
      </div>
      <Marks />
      <div class="jumps">
        <span class="segments">
          <Action label="Flip to the frame before, aligned" command="neighbour-back" pressed={flip.value === -1} run={() => stepFlip(-1)}>−1</Action>
          <Action label="Flip to the frame after, aligned" command="neighbour-on" pressed={flip.value === 1} run={() => stepFlip(1)}>+1</Action>
        </span>
        <span class="segments">
          <Action label="Fit the frame" command="fit" pressed={fitted.value} run={fit}>Fit</Action>
          <Action label="A pixel of the plate to a pixel of the screen" command="one" pressed={zoom.value === 1} run={() => zoomTo(1)}>1:1</Action>
        </span>
        <Action label="The thing worth a look before this" command="worth-previous" run={() => void jump(-1)}>◂</Action>
        <Action label="Next thing worth a look" command="worth-next" run={() => void jump(1)}>Next <kbd>N</kbd></Action>
      </div>
    </div>
  );
}

function Clock() {
  const facts = factsInView.value;
  return (
    <span class="clock">
      <input
        class="frame" inputMode="numeric" aria-label="Frame" value={frame.value} size={7}
        onChange={(event) => goTo(existing(Number(event.currentTarget.value) || frame.value))}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      <span class="quiet">{facts?.timecode || (clip.value ? `of ${clip.value.last}` : "")}</span>
    </span>
  );
}

function Rate() {
  const pace = transport.speed.value;
  if (!pace) return <span class="rate" />;
  const wanted = (clip.value?.rate ?? 24) * Math.abs(pace);
  const slow = transport.shownRate.value > 0 && transport.shownRate.value < wanted * 0.9;
  return <span class={`rate ${slow ? "wrong" : ""}`}>{transport.shownRate.value.toFixed(1)} fps</span>;
}

function Marks() {
  const [from, to] = [transport.inPoint.value, transport.outPoint.value];
  return (
    <div class="in-out">
      <Action label={from === null ? "In here" : `In at ${from}; set it here`} command="in" pressed={from !== null} run={transport.markIn}>In</Action>
      <Action label={to === null ? "Out here" : `Out at ${to}; set it here`} command="out" pressed={to !== null} run={transport.markOut}>Out</Action>
      {(from !== null || to !== null) && <Action icon="cross" label="Clear in and out" command="marks-clear" run={transport.clearMarks} />}
    </div>
  );
}
