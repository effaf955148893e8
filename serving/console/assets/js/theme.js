// Light, dark, or as the system has it.

import { el } from "./dom.js";

const STORED = "stepstream.theme";
const CHOICES = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function restoreTheme() {
  apply(localStorage.getItem(STORED) ?? "system");
}

export function themeSwitch() {
  const chosen = document.documentElement.dataset.theme ?? "system";
  const options = CHOICES.map(([value, text]) =>
    el("option", { value, selected: value === chosen }, text),
  );
  const choose = ({ target }) => {
    localStorage.setItem(STORED, target.value);
    apply(target.value);
  };
  return el(
    "label",
    { class: "theme" },
    el("span", { class: "visually-hidden" }, "Colours"),
    el("select", { id: "theme", on: { change: choose } }, options),
  );
}

function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
