// The graph: nodes in columns by what they build on. One node is in the tab order; arrows go on.

import { fill, svg } from "./dom.js";
import { placed } from "./graph-places.js";
import { graphNode } from "./graph-node.js";
import { viewport } from "./viewport.js";

const ARROWS = {
  ArrowRight: "after",
  ArrowLeft: "before",
  ArrowDown: "below",
  ArrowUp: "above",
  Home: "first",
  End: "last",
};

/** `select` is told the node that somebody opens; the node that is returned scrolls by itself. */
export function graph(plan, select) {
  const edges = svg("g", { class: "edges", "aria-hidden": "true" });
  const nodes = svg("g");
  const picture = svg(
    "svg",
    {
      class: "graph",
      role: "group",
      "aria-label": "Curriculum. Arrow keys go from activity to activity, Enter shows one.",
    },
    edges,
    nodes,
  );
  const view = viewport(picture);
  let places, shown, current, chosen;

  function draw(next) {
    shown = new Map();
    places = placed(next);
    view.resize(places.width, places.height);
    fill(
      edges,
      places.edges.map(({ from, to, path }) =>
        svg("path", { d: path, "data-from": from, "data-to": to }),
      ),
    );
    fill(
      nodes,
      places.nodes.map((place) => {
        const one = graphNode(place, { focused, opened });
        shown.set(place.node.activity, one);
        return one.node;
      }),
    );
    current = shown.has(current) ? current : start(next.nodes).activity;
    shown.get(current).node.setAttribute("tabindex", "0");
  }

  function focused(activity) {
    shown.get(current).node.setAttribute("tabindex", "-1");
    current = activity;
    shown.get(activity).node.setAttribute("tabindex", "0");
    light(activity);
  }

  function opened(activity) {
    chosen = activity;
    for (const [one, { node }] of shown) node.dataset.chosen = one === activity ? "yes" : "no";
    light(activity);
    select(places.of(activity));
  }

  /** Shows what leads to a node and what it opens. */
  function light(activity) {
    const way = places.way(activity);
    for (const [one, { node }] of shown) node.dataset.way = way.has(one) ? "yes" : "no";
    for (const { dataset } of edges.children)
      dataset.way = way.has(dataset.from) && way.has(dataset.to) ? "yes" : "no";
  }

  function walk(event) {
    const target = ARROWS[event.key] && places.from(current, ARROWS[event.key]);
    if (!ARROWS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (target) shown.get(target).focus();
  }

  /** Takes a newer plan in; returns the nodes whose state changed. */
  function update(next) {
    const changed = next.nodes.filter(
      ({ activity, state }) => shown.has(activity) && places.of(activity).state !== state,
    );
    const hadFocus = nodes.contains(document.activeElement);
    draw(next);
    for (const { activity } of changed) shown.get(activity).node.dataset.changed = "yes";
    if (shown.has(chosen)) opened(chosen);
    if (hadFocus) shown.get(current).focus();
    return changed;
  }

  nodes.addEventListener("keydown", walk);
  draw(plan);
  return { node: view.node, tools: view.tools, update };
}

/** The tab order begins where the learner is. */
function start(nodes) {
  return nodes.find((node) => node.state === "next") ?? nodes[0];
}
