// The queue, beside what the learner knows and did; all of it changes as events arrive.

import { ask } from "../api.js";
import { el, fill } from "../dom.js";
import { count, day, lastPart, number, percent, words } from "../format.js";
import { busy, facts, failed, section } from "../parts.js";
import { queueList } from "../queue-list.js";
import { LEARNERS, may } from "../session.js";
import { skillBars } from "../skill-bars.js";

const SETTLED_MS = 150;

export function show({ root, key, feed, signal }) {
  const list = queueList(feed, signal);
  if (!may(LEARNERS)) return root.append(section("queue-title", "Queue", list));
  const aside = el("div", { class: "aside" }, busy());
  root.append(el("div", { class: "columns" }, section("queue-title", "Queue", list), aside));
  let timer = 0;
  const load = async () => {
    try {
      const learner = await ask("/v1/learner", { learner: key }, { signal });
      details(aside, learner);
    } catch (failure) {
      if (failure.name !== "AbortError") fill(aside, failed(failure, load));
    }
  };
  feed.addEventListener(
    "changed",
    () => {
      clearTimeout(timer);
      timer = setTimeout(load, SETTLED_MS);
    },
    { signal },
  );
  load();
}

/** Fills in, but leaves open what was opened, and the focus where it was. */
function details(aside, learner) {
  const isOpen = aside.querySelector("details")?.open ?? false;
  const hadFocus = aside.contains(document.activeElement);
  fill(
    aside,
    section("who-title", "Profile", profile(learner)),
    section("skills-title", "Proficiencies", skillBars(learner.skills)),
    section("activity-title", "Recent activity", recent(learner.recent)),
    features(learner.features, isOpen),
  );
  if (hadFocus) aside.querySelector("summary")?.focus({ preventScroll: true });
}

function profile({ role, goals, profile }) {
  const more = Object.entries(profile ?? {})
    .filter(([name, value]) => ["level", "cohort", "minutes_per_week"].includes(name) && value)
    .map(([name, value]) => [words(name), String(value)]);
  return facts([["role", role || "none"], ["goals", (goals ?? []).join(", ") || "none"], ...more]);
}

function recent(steps) {
  if (!steps.length) return el("p", { class: "soft" }, "Nothing yet.");
  return el(
    "ol",
    { class: "recent" },
    steps.map(({ activity, title, kind, at, outcome }) =>
      el(
        "li",
        {},
        el("span", {}, title || lastPart(activity ?? "") || "no longer kept"),
        el(
          "span",
          { class: "soft" },
          [words(kind), typeof outcome === "number" && percent(outcome), day(at)]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
    ),
  );
}

/** What skills, history and activities do not say already. */
function features(values, isOpen) {
  const { skills, history, activities, ...rest } = values ?? {};
  const plain = leaves(rest);
  if (!plain.length) return null;
  return el(
    "details",
    { class: "features", open: isOpen },
    el("summary", {}, `More features (${count(plain.length)})`),
    facts(plain.map(([name, value]) => [words(name), number(value)])),
  );
}

function leaves(values, path = "") {
  return Object.entries(values).flatMap(([name, value]) => {
    if (typeof value === "number") return [[path + name, value]];
    return value !== null && typeof value === "object" ? leaves(value, `${path}${name} `) : [];
  });
}
