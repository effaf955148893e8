// Finding a learner.

import { ask } from "../api.js";
import { el, fill } from "../dom.js";
import { ago, shortKey } from "../format.js";
import { nameLearner, nameOf } from "../learner.js";
import { failed, heading, loadInto, notice, section } from "../parts.js";
import { LEARNERS, QUEUES, may, whoami } from "../session.js";

const MOST = 30;

export function show({ root, signal }) {
  root.append(heading("Learners"));
  if (!may(QUEUES) && !may(LEARNERS)) return root.append(nothingToSee());
  root.append(findForm(signal));
  if (!may(LEARNERS)) {
    return root.append(
      notice(
        "This key reads queues only (scope queues:read). Who was active, what they know and why something ",
        "is not offered need the scope ",
        el("code", {}, LEARNERS),
        ".",
      ),
    );
  }
  const box = el("div");
  root.append(section("recent-title", "Recently active", box));
  loadInto(box, () => ask("/v1/learners", { limit: MOST }, { signal }), list);
}

function nothingToSee() {
  return notice(
    "The key “",
    whoami().name || whoami().id,
    "” may ",
    whoami().scopes.join(", ") || "do nothing",
    ", but not read queues. Sign in with a key that has the scope ",
    el("code", {}, QUEUES),
    ".",
  );
}

function findForm(signal) {
  const input = el("input", {
    id: "learner",
    type: "search",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "learner-help",
  });
  const outcome = el("div", { "aria-live": "polite" });
  const submit = async (event) => {
    event.preventDefault();
    const learner = input.value.trim();
    if (!learner) return;
    try {
      const found = await ask(may(LEARNERS) ? "/v1/learner" : "/v1/queue", { learner }, { signal });
      nameLearner(found.learner, learner);
      location.hash = `#/learner/${found.learner}`;
    } catch (failure) {
      if (failure.name !== "AbortError") fill(outcome, failed(failure));
    }
  };
  return el(
    "form",
    { class: "stack sheet", role: "search", on: { submit } },
    el("label", { for: "learner" }, "Find a learner"),
    el("div", { class: "row" }, input, el("button", { type: "submit", class: "primary" }, "Show")),
    el(
      "p",
      { id: "learner-help", class: "soft" },
      "An account name, homePage|name, an e-mail address, or a learner key of 32 hex digits.",
    ),
    outcome,
  );
}

function list(learners) {
  if (!learners.length) {
    return notice("Nobody was active since this server started. Find a learner by name above.");
  }
  return el(
    "ul",
    { class: "learners" },
    learners.map(({ learner, role, at }) =>
      el(
        "li",
        {},
        el(
          "a",
          { href: `#/learner/${learner}`, title: learner },
          el("span", { class: "mono" }, nameOf(learner) ?? shortKey(learner)),
          el("span", {}, role || "no role"),
          el("span", { class: "soft" }, ago(at)),
        ),
      ),
    ),
  );
}
