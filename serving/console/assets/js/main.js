// Starts the page: signs in with the key of this tab, then shows what the address names.

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { failed } from "./parts.js";
import { OPERATE, QUEUES, enter, leave, may, storedKey, whoami } from "./session.js";
import { restoreTheme, themeSwitch } from "./theme.js";
import { stopFollowing } from "./learner.js";
import * as audit from "./views/audit.js";
import * as catalogue from "./views/catalogue.js";
import * as find from "./views/find.js";
import * as learner from "./views/learner.js";
import * as models from "./views/models.js";
import * as signin from "./views/signin.js";

const VIEWS = { "": find, learner, catalogue, models, audit };
const PLACES = [
  ["", "Learners", QUEUES],
  ["catalogue", "Curriculum", QUEUES],
  ["models", "Models", OPERATE],
  ["audit", "Audit", OPERATE],
];
const main = document.getElementById("main");
let shown = new AbortController();

restoreTheme();
document.getElementById("skip").addEventListener("click", skip);
window.addEventListener("hashchange", () => show(true));
start();

async function start() {
  const key = storedKey();
  if (!key) return show(false);
  try {
    enter(key, await ask("/v1/key"));
    show(false);
  } catch (failure) {
    if (failure.status === 401) leave();
    fill(main, failed(failure, start));
    if (failure.status === 401) show(false);
  }
}

/** Shows what the address names; moves the focus to its heading if somebody went there. */
function show(isMove) {
  shown.abort();
  shown = new AbortController();
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  const view = whoami() ? (VIEWS[name] ?? find) : signin;
  if (view !== learner) stopFollowing();
  frame(name);
  const root = fill(main);
  view.show({ root, rest, signal: shown.signal, refresh: () => show(true) });
  document.title = `${root.querySelector("h1")?.textContent ?? "Console"} · Stepstream`;
  if (isMove) root.querySelector("h1")?.focus();
}

function frame(name) {
  const nav = document.getElementById("nav");
  const current = name === "learner" ? "" : name;
  nav.hidden = !whoami();
  fill(
    nav,
    PLACES.filter(([, , scope]) => may(scope)).map(([place, text]) =>
      el("a", { href: `#/${place}`, "aria-current": place === current && "page" }, text),
    ),
  );
  fill(document.getElementById("tools"), whoami() && account(), themeSwitch());
}

function account() {
  const { name, id, tenant } = whoami();
  const out = () => {
    leave();
    location.hash = "#/";
    show(true);
  };
  return el(
    "span",
    { class: "account" },
    el("span", { class: "soft", title: `Key ${id} of tenant ${tenant}` }, name || id),
    el("button", { type: "button", class: "quiet", on: { click: out } }, "Sign out"),
  );
}

function skip(event) {
  event.preventDefault();
  main.focus();
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
