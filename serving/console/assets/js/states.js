// Where a learner stands with an activity, in words and as a mark that needs no colour.

import { svg } from "./dom.js";

const mark = (path) => () =>
  svg(
    "svg",
    { class: "state-icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    svg("path", { d: path }),
  );

export const STATES = {
  next: { told: "in the queue", icon: mark("M3 8h9M8 4l4 4-4 4") },
  open: { told: "open", icon: mark("M8 3a5 5 0 1 0 .01 0z") },
  done: { told: "done", icon: mark("M3 8.5l3.5 3.5L13 4.5") },
  locked: { told: "locked", icon: mark("M4 8h8v5H4zM5.5 8V6a2.5 2.5 0 0 1 5 0v2") },
  none: { told: "", icon: () => null },
};
