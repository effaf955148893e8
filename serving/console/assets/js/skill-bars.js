// Proficiencies as bars: how much, how sure, and what the role asks for.

import { el, svg } from "./dom.js";
import { number, percent, share } from "./format.js";

export function skillBars(skills) {
  if (!skills.length)
    return el("p", { class: "soft" }, "No evidence yet, and nothing is required.");
  return [
    el(
      "p",
      { class: "legend soft small", "aria-hidden": "true" },
      el("span", { class: "key key-level" }),
      "proficiency ",
      el("span", { class: "key key-band" }),
      "± uncertainty ",
      el("span", { class: "key key-target" }),
      "target",
    ),
    el("ul", { class: "skills" }, skills.map(skill)),
  ];
}

function skill({
  skill,
  proficiency,
  uncertainty,
  target,
  recall,
  half_life_days: half,
  attempts,
}) {
  const isShort = typeof target === "number" && proficiency < target;
  return el(
    "li",
    { "data-short": isShort ? "yes" : "no" },
    el(
      "div",
      { class: "skill-head" },
      el("span", { class: "skill-name" }, skill),
      el(
        "span",
        {},
        share(proficiency),
        el("span", { class: "soft" }, ` ± ${share(uncertainty)}`),
        typeof target === "number" && el("span", { class: "soft" }, ` of ${share(target)}`),
      ),
    ),
    bar(proficiency, uncertainty ?? 0, target),
    el(
      "p",
      { class: "soft small" },
      [
        isShort && `gap ${share(target - proficiency)}`,
        typeof recall === "number" && `recall ${percent(recall)}`,
        typeof half === "number" && `half-life ${number(half)} days`,
        typeof attempts === "number" && `attempts ${number(attempts)}`,
      ]
        .filter(Boolean)
        .join(" · "),
    ),
  );
}

function bar(level, uncertainty, target) {
  const low = clamped(level - uncertainty);
  const high = clamped(level + uncertainty);
  return svg(
    "svg",
    { class: "bar-chart", viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "bar-track", x: 0, y: 0.3, width: 1, height: 0.4 }),
    svg("rect", { class: "bar-level", x: 0, y: 0.3, width: clamped(level), height: 0.4 }),
    svg("rect", { class: "bar-band", x: low, y: 0.1, width: high - low, height: 0.8 }),
    typeof target === "number" &&
      svg("line", { class: "bar-target", x1: target, x2: target, y1: 0, y2: 1 }),
  );
}

function clamped(value) {
  return Math.min(1, Math.max(0, value));
}
