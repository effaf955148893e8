// Who read whom.

import { ask } from "../api.js";
import { el } from "../dom.js";
import { day, shortKey } from "../format.js";
import { heading, loadInto, notice, table } from "../parts.js";

const MOST = 200;

export function show({ root, rest, signal }) {
  const [of = ""] = rest;
  const input = el("input", {
    id: "of",
    type: "search",
    value: of,
    autocomplete: "off",
    spellcheck: "false",
  });
  const submit = (event) => {
    event.preventDefault();
    location.hash = `#/audit/${encodeURIComponent(input.value.trim())}`;
  };
  const box = el("div");
  root.append(
    heading("Audit"),
    el(
      "form",
      { class: "stack sheet", role: "search", on: { submit } },
      el("label", { for: "of" }, "Of one learner (empty: of everybody)"),
      el("div", { class: "row" }, input, el("button", { type: "submit" }, "Show")),
    ),
    box,
  );
  loadInto(
    box,
    () => ask("/v1/audit", { learner: of || undefined, limit: MOST }, { signal }),
    trail,
  );
}

function person(learner) {
  return el(
    "a",
    { href: `#/learner/${learner}`, class: "mono", title: learner },
    shortKey(learner),
  );
}

function trail(accesses) {
  if (!accesses.length) return notice("No access is recorded for this.");
  return table(
    "Accesses, newest first",
    ["When", "Did", "Learner", "Key", "Name"],
    accesses.map(({ at, action, learner, key, name }) => [
      day(at),
      action,
      learner ? person(learner) : "several",
      key,
      name,
    ]),
  );
}
