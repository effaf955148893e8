// Signing in with an API key.

import { ask } from "../api.js";
import { el, fill } from "../dom.js";
import { failed, heading } from "../parts.js";
import { enter } from "../session.js";

export function show({ root, refresh }) {
  const input = el("input", {
    id: "key",
    type: "password",
    autocomplete: "current-password",
    required: true,
    spellcheck: "false",
    "aria-describedby": "key-help",
  });
  const outcome = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "submit", class: "primary" }, "Sign in");
  const submit = async (event) => {
    event.preventDefault();
    const key = input.value.trim();
    button.disabled = true;
    try {
      enter(key, await ask("/v1/key", {}, { key }));
      refresh();
    } catch (failure) {
      fill(outcome, failed(failure));
      input.focus();
    } finally {
      button.disabled = false;
    }
  };
  root.append(
    el(
      "div",
      { class: "narrow" },
      heading("Sign in"),
      el(
        "p",
        {},
        "See what every learner is offered next, why, and how that changes with each thing they do.",
      ),
      el(
        "form",
        { class: "stack sheet", on: { submit } },
        el("label", { for: "key" }, "API key"),
        input,
        el(
          "p",
          { id: "key-help", class: "soft" },
          "Made with ",
          el("code", {}, "stepstream keys create"),
          ". It stays in this tab and is forgotten when the tab is closed.",
        ),
        button,
        outcome,
      ),
    ),
  );
}
