// One learner: what is the same above queue, map and "why not".

import { el, fill } from "../dom.js";
import { shortKey } from "../format.js";
import { following, nameOf } from "../learner.js";
import { failed, heading, notice } from "../parts.js";
import { LEARNERS, may } from "../session.js";
import * as map from "./map.js";
import * as now from "./now.js";
import * as why from "./why.js";

const VIEWS = { "": now, map, why };
const PLACES = [
  ["", "Queue"],
  ["map", "Map"],
  ["why", "Why not?"],
];
const STATES = { live: "Live", waiting: "Connecting…", refused: "Not live" };

export function show({ root, rest, signal }) {
  const [key = "", name = "", ...more] = rest;
  const feed = following(key);
  const body = el("div");
  const chip = el("span", { class: "live" });
  const trouble = el("div");
  live(feed, chip, trouble, signal);
  root.append(
    el("div", { class: "head" }, heading(nameOf(key) ?? `Learner ${shortKey(key)}`), chip),
    el("p", { class: "soft mono small" }, key),
    trouble,
    may(LEARNERS)
      ? places(key, name)
      : notice(
          "This key may read queues, but not learners: what they know, what they did, their place on the map and ",
          "“why not?” need the scope ",
          el("code", {}, LEARNERS),
          ".",
        ),
    body,
  );
  const view = may(LEARNERS) ? (VIEWS[name] ?? now) : now;
  view.show({ root: body, key, feed, rest: more, signal });
}

function places(key, name) {
  return el(
    "nav",
    { class: "places", "aria-label": "Learner" },
    PLACES.map(([place, text]) =>
      el(
        "a",
        {
          href: `#/learner/${key}${place && `/${place}`}`,
          "aria-current": place === name && "page",
        },
        text,
      ),
    ),
  );
}

function live(feed, chip, trouble, signal) {
  const tell = () => {
    chip.dataset.state = feed.state;
    fill(chip, STATES[feed.state]);
    fill(trouble, feed.failure && failed(feed.failure));
  };
  feed.addEventListener("state", tell, { signal });
  tell();
}
