// Asks the server. What fails becomes a Failure that says what to do.

import { storedKey } from "./session.js";

const ADVICE = {
  401: "The key is not accepted: it is mistyped, expired or revoked. Sign in with another one.",
  403: "This key may not do that. Ask whoever runs Stepstream for a key with the scope that is named.",
  404: "Nothing is known by that name. Check how the LMS writes it, or use the learner key.",
  429: "Too many requests with this key. Wait a few seconds and try again.",
  503: "A service behind this one does not answer now. Try again in a moment.",
};
const UNREACHABLE =
  "The server cannot be reached. Check the connection, and that `stepstream serve` runs.";
const UNEXPECTED = "The server could not do that. Try again; if it stays so, its log says why.";

export class Failure extends Error {
  constructor(status, detail) {
    super(ADVICE[status] ?? (status === 0 ? UNREACHABLE : status >= 500 ? UNEXPECTED : detail));
    this.status = status;
    this.detail = detail === this.message ? "" : detail;
  }
}

/** GET as JSON. */
export async function ask(path, params = {}, options = {}) {
  const answer = await send(path, params, { accept: "application/json", ...options });
  return answer.json();
}

/** GET, whatever comes; `options`: accept, key, signal. Throws Failure. */
export async function send(path, params, { accept, key = storedKey(), signal }) {
  let answer;
  try {
    const headers = { Accept: accept, Authorization: `Bearer ${key}` };
    answer = await fetch(address(path, params), { headers, signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    // also where the key holds what no header can
    throw new Failure(error instanceof TypeError && !isSendable(key) ? 401 : 0, "");
  }
  if (!answer.ok) throw new Failure(answer.status, await detailOf(answer));
  return answer;
}

function address(path, params) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given).toString();
  return query ? `${path}?${query}` : path;
}

function isSendable(key) {
  return /^[\x21-\x7e]+$/.test(key);
}

async function detailOf(answer) {
  try {
    return (await answer.json()).detail ?? "";
  } catch {
    return "";
  }
}
