/** One frame's way through the pipeline, step by step, with the pictures. */

import { signal, useSignal, useSignalEffect } from "@preact/signals";

import { address, get } from "../api/client";
import type { Walk, WalkPicture, WalkStep } from "../api/types";
import { clip, clipPath, complain, frame } from "../state/app";
import { factsInView } from "../state/facts";
import { exposure, view } from "../state/look";
import { playing } from "../state/transport";

const LARGE_LIMIT = 1600;
const enlarged = signal<{ picture: WalkPicture; step: WalkStep } | null>(null);

function url({ kind, query }: WalkPicture, side: number): string {
  const one = clip.value;
  const longest = one ? Math.max(one.width, one.height) : side;
  const scale = [1, 2, 4, 8].find((by) => longest / by <= side) ?? 8;
  return address(clipPath(`/frames/${frame.value}/picture/${kind}`), {
    view: view.value, exposure: exposure.value || undefined, ...query, scale, v: factsInView.value?.version, format: "png",
  });
}

export function WalkPanel() {
  const walk = useSignal<Walk | null>(null);

  useSignalEffect(() => {
    const number = frame.value;
    const version = factsInView.value?.version;
    if (!clip.value || playing.value || !version || !factsInView.value?.known) return;
    const abort = new AbortController();
    get<Walk>(clipPath(`/frames/${number}/walk`), {}, abort.signal).then((got) => (walk.value = got), complain);
    return () => abort.abort();
  });

  const shown = walk.value;
  if (!shown || shown.frame !== frame.value) {
    return <section class="walk" aria-label="Pipeline"><p class="empty">Walking frame {frame.value} through the pipeline…</p></section>;
  }
  return (
    <section class="walk" aria-label="Pipeline">
      <h2>Frame {shown.frame}, step by step</h2>
      <ol>
        {shown.steps.map((step) => (
          <li key={step.id}>
            <h3>
              {step.label}
              <span class="quiet">{step.seconds === null ? "" : `${step.seconds.toFixed(2)} s`}</span>
            </h3>
            <p class="quiet">{step.words}</p>
            <div class="walk-pictures">
              {step.pictures.map((picture) => <Picture key={picture.label} picture={picture} step={step} />)}
            </div>
            {step.legend && <Legend entries={step.legend} />}
          </li>
        ))}
      </ol>
      {enlarged.value && <Enlarged />}
    </section>
  );
}

function Picture({ picture, step }: { picture: WalkPicture; step: WalkStep }) {
  return (
    <figure>
      <button class="bare" aria-label={`Enlarge: ${step.label}, ${picture.label}`} onClick={() => (enlarged.value = { picture, step })}>
        <img
          src={url(picture, 480)} alt={`${step.label}: ${picture.label}`} loading="lazy" decoding="async"
          width={clip.value?.width} height={clip.value?.height}
        />
      </button>
      <figcaption>{picture.label}</figcaption>
    </figure>
  );
}

function Legend({ entries }: { entries: { label: string; colour: string }[] }) {
  return (
    <ul class="legend">
      {entries.map(({ label, colour }) => (
        <li key={label}><i style={{ background: colour }} aria-hidden="true" />{label}</li>
      ))}
    </ul>
  );
}

function Enlarged() {
  const now = enlarged.value;
  if (!now) return null;
  const close = () => (enlarged.value = null);
  return (
    <div class="veil" role="dialog" aria-label={`${now.step.label}: ${now.picture.label}`} onClick={close}>
      <figure class="large">
        <img src={url(now.picture, LARGE_LIMIT)} alt={`${now.step.label}: ${now.picture.label}`} />
        <figcaption>
          <b>{now.step.label}</b> {now.picture.label}
          {now.step.legend && <Legend entries={now.step.legend} />}
          <button autofocus onClick={close}>Close</button>
        </figcaption>
      </figure>
    </div>
  );
}
