// A search box for activities, with its answers as buttons below.

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { minutes } from "./format.js";
import { failed } from "./parts.js";

const TYPING_MS = 200;
const MOST = 12;

/** `chosen` is told the activity that somebody picks. */
export function activitySearch({ signal, chosen }) {
  const input = el("input", {
    id: "activity",
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
  });
  const answers = el("ul", { class: "answers", "aria-label": "Activities found" });
  const tally = el("p", { class: "soft", role: "status" });
  let timer = 0;
  let asked = new AbortController();

  async function search() {
    asked.abort();
    asked = new AbortController();
    const q = input.value.trim();
    if (!q) return (fill(answers), fill(tally));
    try {
      const found = await ask(
        "/v1/activities",
        { q, limit: MOST },
        { signal: AbortSignal.any([signal, asked.signal]) },
      );
      fill(tally, told(found.length));
      fill(
        answers,
        found.map((one) => el("li", {}, answer(one, chosen))),
      );
    } catch (failure) {
      if (failure.name !== "AbortError") fill(answers, el("li", {}, failed(failure)));
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING_MS);
  }

  input.addEventListener("input", later);
  const submit = (event) => (event.preventDefault(), clearTimeout(timer), search());
  return el(
    "form",
    { class: "stack", role: "search", on: { submit } },
    el("label", { for: "activity" }, "Activity"),
    el("div", { class: "row" }, input, el("button", { type: "submit" }, "Search")),
    el("p", { class: "soft" }, "Part of a title or of an id."),
    tally,
    answers,
  );
}

function answer(activity, chosen) {
  const more = [activity.content, minutes(activity.minutes), activity.skills.join(", ")];
  return el(
    "button",
    { type: "button", class: "answer", on: { click: () => chosen(activity) } },
    el("span", { class: "answer-title" }, activity.title || activity.activity),
    el("span", { class: "soft" }, more.filter(Boolean).join(" · ")),
  );
}

function told(count) {
  if (!count) return "No activity is called so. Try another word.";
  return count < MOST ? `${count} found.` : `The first ${MOST}; type more to narrow it down.`;
}
