// "Why not X?": what decided about one activity.

import { activitySearch } from "../activity-search.js";
import { ask } from "../api.js";
import { el, fill } from "../dom.js";
import { lastPart, words } from "../format.js";
import { evidenceOf, loadInto, section } from "../parts.js";

export function show({ root, key, feed, rest, signal }) {
  const box = el("div", { "aria-live": "polite" });
  const go = ({ activity }) => {
    location.hash = `#/learner/${key}/why/${encodeURIComponent(activity)}`;
  };
  root.append(
    section(
      "why-title",
      "Why not this activity?",
      el(
        "div",
        { class: "columns even" },
        el("div", { class: "sheet" }, activitySearch({ signal, chosen: go })),
        box,
      ),
    ),
  );
  const activity = rest.join("/");
  if (!activity) {
    fill(
      box,
      el(
        "p",
        { class: "soft" },
        "Choose an activity: here it will say why it is offered, or what keeps it out.",
      ),
    );
    return;
  }
  let told = "";
  const fetchAnswer = () => ask("/v1/why", { learner: key, activity }, { signal });
  const load = () =>
    loadInto(box, fetchAnswer, (found) => {
      const isSame = JSON.stringify(found) === told;
      told = JSON.stringify(found);
      return isSame ? null : answer(found, go);
    });
  feed.addEventListener("changed", load, { signal });
  load();
}

function answer({ activity, title, offered, rank, reasons, removal }, go) {
  return el(
    "article",
    { class: "sheet verdict", "data-offered": offered ? "yes" : "no" },
    el("p", { class: "verdict-line" }, offered ? `Offered, at rank ${rank}` : "Not offered now"),
    el("h3", {}, title || activity),
    el("p", { class: "soft mono small" }, activity),
    offered ? forIt(reasons ?? []) : against(removal, go),
  );
}

function forIt(reasons) {
  return reasons.map(({ text, evidence }) => [el("p", {}, text), evidenceOf(evidence)]);
}

/** The title as soon as it is known. */
function titleOf(activity) {
  const name = el("span", {}, lastPart(activity));
  const known = ([found]) => found?.activity === activity && found.title && fill(name, found.title);
  ask("/v1/activities", { q: activity, limit: 1 }).then(known, () => {});
  return name;
}

function against({ code, text, evidence }, go) {
  const { missing = [], ...rest } = evidence ?? {};
  return [
    el("p", {}, el("strong", {}, text || words(code))),
    Object.keys(rest).length > 0 && evidenceOf(rest),
    missing.length > 0 && [
      el("p", { class: "soft" }, "First comes:"),
      el(
        "ul",
        { class: "answers" },
        missing.map((activity) =>
          el(
            "li",
            {},
            el(
              "button",
              {
                type: "button",
                class: "answer",
                title: activity,
                on: { click: () => go({ activity }) },
              },
              el("span", {}, "Why not ", titleOf(activity), "?"),
            ),
          ),
        ),
      ),
    ],
  ];
}
