// One item of the queue: what, why, and the numbers behind it when they are asked for.

import { el, fill } from "./dom.js";
import { day, minutes, number, percent } from "./format.js";
import { evidenceOf, facts } from "./parts.js";

/** A card that `update` fills in place, so that what is open stays open. */
export function queueCard(activity) {
  const rank = el("span", { class: "rank" });
  const mark = el("span", { class: "mark" });
  const title = el("h3");
  const chips = el("p", { class: "chips soft" });
  const reasons = el("ul", { class: "reasons" });
  const numbers = el("div");
  const node = el(
    "li",
    { class: "card", "data-activity": activity },
    rank,
    el(
      "div",
      {},
      el("div", { class: "card-head" }, title, mark),
      reasons,
      chips,
      el("details", {}, el("summary", {}, "Numbers"), numbers),
    ),
  );

  function update(item, marked) {
    node.dataset.changed = marked ? "yes" : "no";
    fill(rank, item.rank);
    fill(mark, marked);
    fill(title, item.title || activity);
    fill(
      reasons,
      item.reasons.map((reason) => el("li", {}, reason.text)),
    );
    fill(
      chips,
      [minutes(item.minutes), `success ${percent(item.expected.success)}`]
        .filter(Boolean)
        .join(" · "),
    );
    fill(numbers, behind(activity, item));
  }

  return { node, update };
}

function behind(activity, item) {
  const { success, engagement, gain, retention, transfer } = item.expected;
  return [
    item.reasons.map((reason) => [
      el("h4", {}, reason.code.replaceAll("_", " ")),
      evidenceOf(reason.evidence),
    ]),
    el("h4", {}, "expected"),
    facts([
      ["success", percent(success)],
      ["finishes once begun", percent(engagement)],
      ["gain", number(gain)],
      ["recall without it", percent(retention)],
      [
        "use on the job",
        transfer === null || transfer === undefined ? "not known yet" : percent(transfer),
      ],
    ]),
    el("h4", {}, "ranking"),
    facts([
      ["score", number(item.score)],
      ["propensity", number(item.propensity)],
      ["not before", day(item.not_before)],
      ["activity", el("span", { class: "mono" }, activity)],
    ]),
  ];
}
