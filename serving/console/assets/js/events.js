// Server-sent events over fetch: EventSource cannot send the key.

import { Failure, send } from "./api.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const SILENCE_MS = 40_000;

/**
 * Follows a stream until `signal` aborts, again and again where it breaks.
 * `heard(name, data)` is told each event, `changed(state, failure)` what becomes of the
 * connection: "live", "waiting" (another try comes), "refused" (none does).
 */
export async function follow(path, params, { heard, changed, signal }) {
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      await once(
        path,
        params,
        signal,
        (name, data) => {
          wait = FIRST_WAIT_MS;
          heard(name, data);
        },
        () => changed("live"),
      );
    } catch (failure) {
      if (signal.aborted) return;
      if (failure instanceof Failure && isFinal(failure)) return changed("refused", failure);
    }
    if (signal.aborted) return;
    changed("waiting");
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function isFinal({ status }) {
  return status >= 400 && status < 500 && status !== 429;
}

async function once(path, params, signal, heard, opened) {
  const silence = new AbortController();
  const both = AbortSignal.any([signal, silence.signal]);
  const answer = await send(path, params, { accept: "text/event-stream", signal: both });
  opened();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const take = parser(heard);
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    take(value);
  }
}

/** Takes pieces of text and tells whole events. */
export function parser(heard) {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const { name, data } = read(block);
      if (data) heard(name, data);
    }
  };
}

function read(block) {
  const event = { name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === "event") event.name = value;
    if (field === "data") event.data += event.data ? `\n${value}` : value;
  }
  return event;
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
