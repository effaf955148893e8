// The learner's place on the map of the curriculum.

import { ask } from "../api.js";
import { el } from "../dom.js";
import { curriculum } from "../curriculum.js";
import { loadInto, section } from "../parts.js";

export function show({ root, key, feed, signal }) {
  const box = el("div");
  const whyOf = (activity) => `#/learner/${key}/why/${encodeURIComponent(activity)}`;
  let drawn = null;
  root.append(section("map-title", "Place in the curriculum", box));
  const fetchPlan = () => ask("/v1/map", { learner: key }, { signal });
  const load = () => loadInto(box, fetchPlan, (plan) => (drawn = curriculum(plan, { whyOf })).node);
  const update = async () => {
    // where it cannot be had now, what is shown stays, and the next change asks again
    const plan = await fetchPlan().catch(() => null);
    if (plan && drawn) drawn.update(plan);
  };
  feed.addEventListener("changed", update, { signal });
  load();
}
