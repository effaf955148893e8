// Small pieces that several views are made of.

import { el, fill } from "./dom.js";
import { evidence, words } from "./format.js";

export function heading(text) {
  return el("h1", { tabindex: "-1" }, text);
}

/** What went wrong, and what to do. */
export function failed(failure, again) {
  return el(
    "div",
    { class: "notice bad", role: "alert" },
    el("p", {}, failure.message),
    failure.detail && el("p", { class: "soft" }, `The server says: ${failure.detail}`),
    again && el("button", { type: "button", on: { click: again } }, "Try again"),
  );
}

export function notice(...children) {
  return el("div", { class: "notice" }, el("p", {}, ...children));
}

export function busy(text = "Loading…") {
  return el("p", { class: "soft", role: "status" }, text);
}

/** Names with values, from pairs: side by side, or in `rows` where the values are long. */
export function facts(pairs, layout = "") {
  return el(
    "dl",
    { class: `facts ${layout}` },
    pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}

export function evidenceOf(record) {
  return facts(Object.entries(record).map(([name, value]) => [words(name), evidence(name, value)]));
}

/** A table that scrolls by itself where it is too wide; `rows` of cells, the first names the row. */
export function table(caption, columns, rows) {
  return el(
    "div",
    { class: "scroller", role: "region", tabindex: "0", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", { class: "visually-hidden" }, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          columns.map((name) => el("th", { scope: "col" }, name)),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map(([first, ...cells]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, first),
            cells.map((cell) => el("td", {}, cell)),
          ),
        ),
      ),
    ),
  );
}

/** A section with a title of its own. */
export function section(id, title, ...children) {
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), ...children);
}

/** Loads, showing that it does, and what went wrong; `show` makes nodes of it, or null: all stays. */
export async function loadInto(box, load, show) {
  if (!box.hasChildNodes()) box.append(busy());
  try {
    const nodes = show(await load());
    if (nodes) fill(box, nodes);
  } catch (failure) {
    if (failure.name === "AbortError") return;
    fill(
      box,
      failed(failure, () => loadInto(box, load, show)),
    );
  }
}
