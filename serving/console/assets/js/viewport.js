// A window onto a drawing: scrolled by wheel, finger, keys and buttons, zoomed by buttons and keys.

import { el } from "./dom.js";

const ZOOMS = [0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];
const LEAST_AT_FIRST = 0.65;
const PAN = 0.6;
const KEYS = { "+": 1, "=": 1, "-": -1 };

export function viewport(picture) {
  const node = el(
    "div",
    { class: "viewport", role: "region", tabindex: "0", "aria-label": "Map, scrollable" },
    picture,
  );
  let size = { width: 1, height: 1 };
  let zoom = 0;

  function resize(width, height) {
    size = { width, height };
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (zoom) scaleTo(zoom);
    else requestAnimationFrame(() => scaleTo(Math.max(fitting(), LEAST_AT_FIRST)));
  }

  function fitting() {
    return Math.min(1, node.clientWidth / size.width);
  }

  /** Keeps what is in the middle there. */
  function scaleTo(next) {
    const [x, y] = [node.scrollLeft + node.clientWidth / 2, node.scrollTop + node.clientHeight / 2];
    const growth = zoom ? next / zoom : 1;
    zoom = next;
    picture.setAttribute("width", size.width * zoom);
    picture.setAttribute("height", size.height * zoom);
    if (growth !== 1)
      node.scrollTo(x * growth - node.clientWidth / 2, y * growth - node.clientHeight / 2);
  }

  function step(by) {
    const next =
      by > 0 ? ZOOMS.find((one) => one > zoom + 0.01) : ZOOMS.findLast((one) => one < zoom - 0.01);
    if (next) scaleTo(next);
  }

  function pan(x, y) {
    node.scrollBy(x * node.clientWidth * PAN, y * node.clientHeight * PAN);
  }

  node.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(KEYS[event.key]);
  });
  draggable(node);
  const button = (text, name, act) =>
    el(
      "button",
      { type: "button", class: "square", "aria-label": name, title: name, on: { click: act } },
      text,
    );
  const tools = el(
    "div",
    { class: "group", role: "group", "aria-label": "Zoom and move" },
    button("+", "Zoom in", () => step(1)),
    button("−", "Zoom out", () => step(-1)),
    button("⤢", "Fit the width", () => scaleTo(fitting())),
    button("←", "Move left", () => pan(-1, 0)),
    button("→", "Move right", () => pan(1, 0)),
    button("↑", "Move up", () => pan(0, -1)),
    button("↓", "Move down", () => pan(0, 1)),
  );
  return { node, tools, resize };
}

/** With a mouse; fingers scroll by themselves. */
function draggable(node) {
  node.addEventListener("pointerdown", (down) => {
    if (down.pointerType !== "mouse" || down.button !== 0 || down.target.closest(".node")) return;
    const from = { x: down.clientX + node.scrollLeft, y: down.clientY + node.scrollTop };
    const control = new AbortController();
    const move = ({ clientX, clientY }) => node.scrollTo(from.x - clientX, from.y - clientY);
    node.addEventListener("pointermove", move, { signal: control.signal });
    window.addEventListener("pointerup", () => control.abort(), { once: true });
  });
}
