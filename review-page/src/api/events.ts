/** The server's events, for as long as the page is open. */

import type { ServerEvent } from "./types";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

export interface Listener {
  event(event: ServerEvent): void;
  /** Called with false when the server is lost, with true when it is there (again). */
  connected(there: boolean): void;
}

/** Listens, and connects anew for ever where the line breaks. Returns what ends it. */
export function listen(listener: Listener): () => void {
  let socket: WebSocket | null = null;
  let wait = FIRST_WAIT;
  let timer = 0;
  let ended = false;

  function connect(): void {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/events`);
    socket.onmessage = (message) => {
      const event = JSON.parse(String(message.data)) as ServerEvent;
      if (event.type === "hello") {
        wait = FIRST_WAIT;
        listener.connected(true);
      }
      listener.event(event);
    };
    socket.onclose = () => {
      if (ended) return;
      listener.connected(false);
      timer = window.setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  connect();
  return () => {
    ended = true;
    window.clearTimeout(timer);
    socket?.close();
  };
}
