// The queue as cards that stay the same cards while the queue changes around them.

import { announce } from "./announce.js";
import { compare, markText, told } from "./changes.js";
import { el, fill } from "./dom.js";
import { clock, lastPart, shortKey } from "./format.js";
import { busy, notice } from "./parts.js";
import { queueCard } from "./queue-card.js";

const MOVE = { duration: 450, easing: "cubic-bezier(.2, .7, .2, 1)" };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Shows the queue of `feed` until `signal` aborts. */
export function queueList(feed, signal) {
  const line = el("p", { class: "soft small" }, feed.queue ? "" : busy("Waiting for the queue…"));
  const state = el("div");
  const list = el("ol", { class: "queue" });
  const left = el("p", { class: "left soft small" });
  const cards = new Map();

  function draw(before, after) {
    const change = before ? compare(before, after) : { marks: new Map(), left: [] };
    keepingFocus(() => moving(list, cards, () => arrange(list, cards, after.items, change.marks)));
    fill(line, because(after));
    fill(state, warnings(after));
    fill(
      left,
      change.left.length > 0 &&
        `Left the queue: ${change.left.map((item) => item.title).join(", ")}`,
    );
    if (before) announce(told(change, after));
  }

  feed.addEventListener("queue", ({ detail }) => draw(detail.before, detail.after), { signal });
  if (feed.queue) draw(null, feed.queue);
  return el("div", {}, line, state, list, left);
}

function arrange(list, cards, items, marks) {
  for (const { activity, rank, ...item } of items) {
    if (!cards.has(activity)) cards.set(activity, queueCard(activity));
    const card = cards.get(activity);
    card.update({ rank, ...item }, marks.has(activity) ? markText(marks.get(activity)) : "");
    list.append(card.node);
  }
  const stay = new Set(items.map((item) => item.activity));
  for (const [activity, card] of cards) {
    if (!stay.has(activity)) {
      card.node.remove();
      cards.delete(activity);
    }
  }
}

/** Lets cards glide from where they were, unless somebody asked for less motion. */
function moving(list, cards, change) {
  const places = new Map(
    [...cards].map(([activity, { node }]) => [activity, node.getBoundingClientRect().top]),
  );
  change();
  if (calm.matches || !places.size) return;
  for (const [activity, { node }] of cards) {
    const from = places.get(activity);
    if (from === undefined) node.animate([{ opacity: 0 }, { opacity: 1 }], MOVE);
    else glide(node, from - node.getBoundingClientRect().top);
  }
}

function glide(node, distance) {
  if (distance)
    node.animate([{ transform: `translateY(${distance}px)` }, { transform: "none" }], MOVE);
}

/** Moving a node takes its focus away: it is given back. */
function keepingFocus(change) {
  const focused = document.activeElement;
  change();
  if (focused?.isConnected && focused !== document.activeElement)
    focused.focus({ preventScroll: true });
}

function because({ cause, generated_at: at, version }) {
  const why =
    cause.change ??
    `${lastPart(cause.verb ?? "statement")} (statement ${shortKey(cause.statement ?? "")})`;
  return `As of ${clock(at)}, because of: ${why}. Version ${version}.`;
}

function warnings({ fallback, items, put_aside: aside = [] }) {
  return [
    fallback &&
      notice(
        "The engine has no queue for this learner now: content rules of the catalogue stand in for it.",
      ),
    aside.length > 0 &&
      notice(
        `Not good enough at present, so the same for all learners: what is expected by ${aside.join(", ")}.`,
      ),
    !items.length &&
      notice("Nothing is offered: all is done, or waits for something. “Why not?” says what."),
  ];
}
