// The curriculum without a learner.

import { ask } from "../api.js";
import { el } from "../dom.js";
import { curriculum } from "../curriculum.js";
import { heading, loadInto } from "../parts.js";

export function show({ root, signal }) {
  const box = el("div");
  root.append(
    heading("Curriculum"),
    el("p", { class: "soft" }, "What builds on what, from left to right."),
    box,
  );
  loadInto(
    box,
    () => ask("/v1/map", {}, { signal }),
    (plan) => curriculum(plan, {}).node,
  );
}
