// The map of the curriculum: a graph to look at, or a list to read; one activity in detail.

import { announce } from "./announce.js";
import { el, fill } from "./dom.js";
import { minutes } from "./format.js";
import { graph } from "./graph.js";
import { facts, notice } from "./parts.js";
import { STATES } from "./states.js";

/** `whyOf(activity)` is the address that explains it, if there is a learner to explain it for. */
export function curriculum(plan, { whyOf }) {
  if (!plan.nodes.length) {
    return {
      node: notice("No activity is known. `stepstream load` brings a catalogue."),
      update: () => {},
    };
  }
  const detail = el("div", { class: "sheet detail", "aria-live": "polite" }, hint());
  const names = new Map();
  const select = (one) => fill(detail, ...described(one, shown, names, whyOf));
  const picture = graph(plan, select);
  const reading = el("div", { hidden: true });
  const summary = el("p", { class: "soft small" });
  let shown = plan;

  function tell(current) {
    shown = current;
    for (const { activity, title } of current.nodes) names.set(activity, title);
    fill(summary, extent(current));
    fill(reading, list(current, names, whyOf));
  }

  function update(next) {
    if (!next.nodes.length) return;
    const moved = picture.update(next);
    tell(next);
    if (moved.length)
      announce(
        `On the map: ${moved.map(({ title, state }) => `${title} is ${STATES[state].told}`).join(", ")}.`,
      );
  }

  tell(plan);
  const choice = chooser([
    ["Graph", [picture.node, picture.tools]],
    ["List", [reading]],
  ]);
  return {
    node: el(
      "div",
      { class: "curriculum" },
      el("div", { class: "toolbar" }, choice, picture.tools),
      legend(plan),
      summary,
      picture.node,
      reading,
      detail,
    ),
    update,
  };
}

/** Buttons of which one is pressed, each showing its own pieces. */
function chooser(parts) {
  const buttons = parts.map(([name], index) =>
    el("button", { type: "button", on: { click: () => choose(index) } }, name),
  );
  const choose = (chosen) =>
    parts.forEach(([, pieces], index) => {
      for (const piece of pieces) piece.hidden = index !== chosen;
      buttons[index].setAttribute("aria-pressed", index === chosen);
    });
  choose(0);
  return el("div", { class: "group", role: "group", "aria-label": "Show as" }, buttons);
}

function legend({ nodes }) {
  const present = Object.keys(STATES).filter(
    (state) => state !== "none" && nodes.some((node) => node.state === state),
  );
  return (
    present.length > 0 &&
    el(
      "ul",
      { class: "states small", "aria-label": "What the marks mean" },
      present.map((state) =>
        el("li", { "data-state": state }, STATES[state].icon(), STATES[state].told),
      ),
    )
  );
}

function extent({ nodes, edges, total }) {
  const all = `${nodes.length} activities, ${edges.length} steps from one to the next.`;
  return nodes.length < total ? `${all} The nearest of ${total}; the rest is not drawn.` : all;
}

function hint() {
  return el(
    "p",
    { class: "soft" },
    "Choose an activity: here is what it is, what it builds on and what it opens.",
  );
}

function described(node, { edges }, names, whyOf) {
  const named = (ids) => ids.map((id) => names.get(id) ?? id).join(", ") || "nothing";
  return [
    el("h3", {}, node.title),
    facts(
      [
        node.state !== "none" && ["stands", STATES[node.state].told],
        [
          "builds on",
          named(edges.filter(([, after]) => after === node.activity).map(([before]) => before)),
        ],
        [
          "opens",
          named(edges.filter(([before]) => before === node.activity).map(([, after]) => after)),
        ],
        ["teaches", node.skills.join(", ") || "nothing named"],
        ["kind", [node.content, minutes(node.minutes)].filter(Boolean).join(", ") || "–"],
      ].filter(Boolean),
      "rows",
    ),
    el("p", { class: "soft mono small" }, node.activity),
    whyOf &&
      el(
        "p",
        {},
        el(
          "a",
          { href: whyOf(node.activity) },
          node.state === "next" ? "Why this?" : "Why not this?",
        ),
      ),
  ].filter(Boolean);
}

function list({ nodes, edges }, names, whyOf) {
  return Object.entries(STATES).map(([state, { told }]) => {
    const those = nodes.filter((node) => node.state === state);
    return (
      those.length > 0 && [
        el("h3", {}, state === "none" ? "All" : `${told[0].toUpperCase()}${told.slice(1)}`),
        el(
          "ul",
          { class: "answers" },
          those.map((node) => entry(node, edges, names, whyOf)),
        ),
      ]
    );
  });
}

function entry({ activity, title, content, minutes: length }, edges, names, whyOf) {
  const before = edges
    .filter(([, after]) => after === activity)
    .map(([one]) => names.get(one) ?? one);
  const more = [content, minutes(length), before.length > 0 && `builds on ${before.join(", ")}`];
  return el(
    "li",
    { class: "entry" },
    whyOf ? el("a", { href: whyOf(activity) }, title) : el("span", {}, title),
    el("span", { class: "soft" }, more.filter(Boolean).join(" · ")),
  );
}
