/** The repaired thumbnail of a row: asked for when the list rests, and in turn where it has to be made first. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { takeTurn } from "./turns";

interface AfterProps {
  /** undefined while it is not wanted. */
  url: string | undefined;
  /** Whether it is there without a repair. */
  made: boolean;
}

export function After({ url, made }: AfterProps) {
  const picture = useRef<HTMLImageElement>(null);
  const asked = useSignal<string | undefined>(undefined);
  const end = useRef(() => {});
  useEffect(() => {
    if (!url) return;
    if (made || asked.peek() === url) {
      asked.value = url;
      return;
    }
    end.current = takeTurn(() => (asked.value = url));
    return () => {
      end.current();
      if (picture.current?.complete !== false) return;
      // Nobody waits for it any more: the line to the server is to be free at once.
      picture.current.removeAttribute("src");
      asked.value = undefined;
    };
  }, [url, made]);
  return (
    <img
      ref={picture} src={asked.value} alt="" width="64" height="64" decoding="async"
      onLoad={() => end.current()} onError={() => end.current()}
    />
  );
}
