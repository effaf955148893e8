// The state of the models, and of drift.

import { ask } from "../api.js";
import { el } from "../dom.js";
import { count, day, number } from "../format.js";
import { facts, heading, loadInto, notice, section, table } from "../parts.js";

const WINDOWS = { total: "all", 5000: "last ~5,000", 500: "last ~500" };

export function show({ root, signal }) {
  const box = el("div");
  root.append(heading("Models"), box);
  loadInto(box, () => ask("/v1/models", {}, { signal }), report);
}

function report({ partitions, events, base, models }) {
  const measured = models.filter((model) => model.measured);
  return [
    facts([
      ["events applied", count(events)],
      ["partitions", count(partitions)],
      ["shared version", base || "none yet"],
    ]),
    section(
      "standing-title",
      "Standing and drift",
      measured.some(isAside) && aside(measured.filter(isAside)),
      table(
        "Standing and drift of each model",
        ["Model", "Stands", "Drifts", "Newest drift", "Newest outcome", "Unusable"],
        measured.map(standing),
      ),
    ),
    section(
      "quality-title",
      "Measured before learning from each event",
      table(
        "Quality of each model by window",
        [
          "Model",
          "Events",
          "Window",
          "AUC",
          "Log-loss",
          "Baseline",
          "Calibration error",
          "RMSE",
          "Baseline",
          "Covered",
        ],
        measured.flatMap(quality),
      ),
    ),
    section(
      "size-title",
      "Parameters",
      table(
        "Parameters of each model",
        ["Model", "Shared", "Own since", "Schema"],
        models.map(({ name, shared, own, schema }) => [
          name,
          count(shared),
          count(own),
          schema.split(":")[0],
        ]),
      ),
    ),
  ];
}

function isAside({ measured }) {
  return Object.keys(measured.put_aside).length > 0;
}

function aside(models) {
  return notice(
    `Put aside, so that a baseline serves in its place: ${models.map(({ name }) => name).join(", ")}.`,
  );
}

function standing(model) {
  const { drifts, drift_at: at, newest_at: newest, invalid, put_aside: places } = model.measured;
  const where = Object.keys(places).join(", ");
  const stands = isAside(model)
    ? el("span", { class: "tag bad" }, `put aside (partition ${where})`)
    : el("span", { class: "tag good" }, "serves");
  return [model.name, stands, count(drifts), day(at), day(newest), count(invalid)];
}

function quality({ name, measured }) {
  return Object.entries(measured.quality).map(([window, found]) => [
    name,
    count(found.events),
    WINDOWS[window] ?? window,
    number(found.auc),
    number(found.log_loss),
    number(found.baseline_log_loss),
    number(found.ece),
    number(found.rmse),
    number(found.baseline_rmse),
    number(found.coverage),
  ]);
}
