// One activity of the graph.

import { svg } from "./dom.js";
import { NODE } from "./graph-places.js";
import { STATES } from "./states.js";

const LINE_LETTERS = 22;

export function graphNode({ node: { activity, title, state }, x, y }, { focused, opened }) {
  const { told, icon } = STATES[state];
  const node = svg(
    "g",
    {
      class: "node",
      role: "button",
      tabindex: "-1",
      transform: `translate(${x} ${y})`,
      "data-state": state,
      "data-activity": activity,
      "aria-label": told ? `${title}, ${told}` : title,
      on: { focus: () => focused(activity), click: () => opened(activity), keydown: pressed },
    },
    svg("title", {}, title),
    svg("rect", { width: NODE.width, height: NODE.height, rx: 7 }),
    svg("g", { transform: `translate(9 ${NODE.height / 2 - 8})` }, icon()),
    lines(title).map((line, n, all) =>
      svg("text", { x: 32, y: NODE.height / 2 + 4.5 + (n - (all.length - 1) / 2) * 16 }, line),
    ),
  );

  function pressed(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    opened(activity);
  }

  function focus() {
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  return { node, focus };
}

/** At most two lines; what does not fit ends in an ellipsis. */
function lines(title) {
  const found = [""];
  for (const word of title.split(/\s+/)) {
    const longer = found.at(-1) ? `${found.at(-1)} ${word}` : word;
    if (longer.length <= LINE_LETTERS || !found.at(-1)) found[found.length - 1] = longer;
    else found.push(word);
  }
  const kept = found.slice(0, 2).map((line) => clipped(line, LINE_LETTERS + 1));
  return found.length > 2
    ? [kept[0], `${clipped(kept[1], LINE_LETTERS - 1).replace(/…$/, "")}…`]
    : kept;
}

function clipped(text, letters) {
  const all = [...text];
  return all.length > letters ? `${all.slice(0, letters - 1).join("")}…` : text;
}
