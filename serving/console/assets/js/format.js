// Numbers, times and words as people read them.

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const PLAIN = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const STEPS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const MISSING = "–";

export function clock(seconds) {
  return CLOCK.format(seconds * 1000);
}

export function day(seconds) {
  return seconds ? DAY.format(seconds * 1000) : MISSING;
}

export function ago(seconds, now = Date.now() / 1000) {
  const [unit, size] = STEPS.find(([, size]) => Math.abs(now - seconds) >= size) ?? STEPS.at(-1);
  return AGO.format(Math.round((seconds - now) / size), unit);
}

/** Two digits behind the point, as proficiencies are told. */
export function share(value) {
  return isNumber(value) ? value.toFixed(2) : MISSING;
}

export function percent(value) {
  return isNumber(value) ? `${Math.round(value * 100)} %` : MISSING;
}

export function number(value) {
  return isNumber(value) ? PLAIN.format(value) : MISSING;
}

export function count(value) {
  return isNumber(value) ? COUNT.format(value) : MISSING;
}

export function minutes(value) {
  if (!isNumber(value)) return "";
  return value < 90 ? `${Math.round(value)} min` : `${PLAIN.format(value / 60)} h`;
}

/** "not_yet_valid" -> "not yet valid" */
export function words(name) {
  return String(name).replaceAll("_", " ");
}

/** What an IRI ends in: verbs and activities are known by that. */
export function lastPart(iri) {
  return String(iri).split(/[/#]/).filter(Boolean).at(-1) ?? "";
}

/** Of a learner key or a statement's id, enough to tell one from another. */
export function shortKey(key) {
  return /^[0-9a-f]{8}[0-9a-f-]{24,28}$/.test(key) ? `${key.slice(0, 8)}…` : key;
}

/** One number or word of an explanation. */
export function evidence(name, value) {
  if (isNumber(value)) return /(_at|_from|_until)$/.test(name) ? day(value) : number(value);
  if (Array.isArray(value)) return value.map((one) => evidence(name, one)).join(", ");
  if (value !== null && typeof value === "object") {
    return Object.entries(value)
      .map(([key, one]) => `${words(key)} ${evidence(key, one)}`)
      .join(", ");
  }
  return value === null || value === "" ? MISSING : String(value);
}

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}
