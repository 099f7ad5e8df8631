/** Starts the page. */

import { batch, effect } from "@preact/signals";
import { render } from "preact";

import { App } from "./App";
import { listen } from "./api/events";
import { get } from "./api/client";
import type { ServerEvent, Session } from "./api/types";
import { listenToKeys } from "./keys/listen";
import { clip, clipId, complain, connected, ended, frame, replaceClip, say, session } from "./state/app";
import { loadDecisions } from "./state/decisions";
import { clearSelection, focused, followFilter, refreshList } from "./state/defects";
import { beginEpoch, followFrame, forgetFrames } from "./state/facts";
import { resetLook } from "./state/look";
import { firstWordOf, forgetNews } from "./state/news";
import { forgetPending } from "./state/pending";
import { loadSettings } from "./state/settings";
import { followTimeline, refreshTimeline, wholeClip } from "./state/timeline";
import { clearMarks, forgetProxies, runTransport, stop } from "./state/transport";
import { jobs, takeJob } from "./state/work";
import "./styles/page.css";
import "./styles/controls.css";
import "./styles/panels.css";

async function open(): Promise<void> {
  const got = await get<Session>("/session");
  const one = got.clips.find(({ id }) => id === clipId.peek()) ?? got.clips[0];
  if (!one) throw new Error("No clip is open; give one to engine-cli review.");
  const again = session.peek() !== null;
  batch(() => {
    session.value = got;
    if (!again) frame.value = one.first;
    clipId.value = one.id;
  });
  if (again) {
    forgetNews();
    forgetFrames(null);
    refreshList();
    refreshTimeline();
    await loadDecisions();
  }
}

/** Another clip: nothing that is shown holds any more. */
function changeClip(): () => void {
  let shown = "";
  return effect(() => {
    const id = clipId.value;
    const one = clip.peek();
    if (!id || id === shown || !one) return;
    shown = id;
    batch(() => {
      stop();
      clearMarks();
      clearSelection();
      forgetNews();
      forgetPending();
      focused.value = null;
      resetLook();
      forgetFrames(null);
      forgetProxies();
      frame.value = Math.min(Math.max(frame.peek(), one.first), one.last);
      wholeClip();
    });
    void loadDecisions();
    void loadSettings();
  });
}

function heard(event: ServerEvent): void {
  switch (event.type) {
    case "hello":
      jobs.value = event.jobs;
      break;
    case "job":
      takeJob(event.job);
      break;
    case "clip":
      replaceClip(event.clip);
      break;
    case "changed":
      if (event.clip !== clipId.peek()) break;
      forgetProxies();
      // Of what was decided here, the answer has told already.
      if (event.why === "decisions" && !firstWordOf(event.revision)) break;
      forgetFrames(event.frames);
      if (event.frames === null) beginEpoch();
      if (event.why !== "decisions") refreshList();
      refreshTimeline();
      break;
    case "known":
      if (event.clip !== clipId.peek()) break;
      forgetProxies(event.frame);
      refreshList();
      refreshTimeline();
      break;
    case "bye":
      ended.value = event.message || "The server has ended; the decisions are on the disk.";
      break;
    case "notice":
      say(event.message, true);
      break;
    case "pong":
      break;
  }
}

let lost = false;

listen({
  event: heard,
  connected(there) {
    connected.value = there;
    if (there && lost) open().catch(complain);
    lost = !there;
  },
});
changeClip();
followFrame();
followFilter();
followTimeline();
runTransport();
listenToKeys();
render(<App />, document.getElementById("app") as HTMLElement);
open().catch(complain);
