// The learner who is looked at: the queue as it changes, shared by all views of that learner.

import { follow } from "./events.js";

const names = new Map();
let current = null;

/** Remember, until the page is closed, what somebody typed to find a learner. */
export function nameLearner(key, text) {
  if (text && text !== key) names.set(key, text);
}

export function nameOf(key) {
  return names.get(key) ?? null;
}

/** What follows the queue of `key`; the one that runs, if it is of that learner. */
export function following(key) {
  if (current?.key !== key) {
    stopFollowing();
    current = new Following(key);
  }
  return current;
}

export function stopFollowing() {
  current?.stop();
  current = null;
}

/** Tells "state" of the connection, "queue" for each, and "changed" for each but the first. */
class Following extends EventTarget {
  constructor(key) {
    super();
    this.key = key;
    this.queue = null;
    this.state = "waiting";
    this.failure = null;
    this.control = new AbortController();
    follow(
      "/v1/queue/stream",
      { learner: key },
      {
        heard: (name, data) => name === "queue" && this.take(JSON.parse(data)),
        changed: (state, failure) => this.connection(state, failure),
        signal: this.control.signal,
      },
    );
  }

  take(queue) {
    const before = this.queue;
    if (before && isSame(before, queue)) return;
    this.queue = queue;
    this.dispatchEvent(new CustomEvent("queue", { detail: { before, after: queue } }));
    if (before) this.dispatchEvent(new CustomEvent("changed"));
  }

  connection(state, failure = null) {
    Object.assign(this, { state, failure });
    this.dispatchEvent(new CustomEvent("state"));
  }

  stop() {
    this.control.abort();
  }
}

function isSame(one, other) {
  return one.version === other.version && one.generated_at === other.generated_at;
}
