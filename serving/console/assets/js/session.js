// Who is signed in. The key stays in this tab: it is gone when the tab is closed.

const STORED = "stepstream.key";

export const QUEUES = "queues:read";
export const LEARNERS = "learners:read";
export const OPERATE = "operate";

let caller = null;

/** What the server says of the key: id, name, tenant, scopes; null before signing in. */
export function whoami() {
  return caller;
}

export function may(scope) {
  return caller !== null && caller.scopes.includes(scope);
}

export function storedKey() {
  return sessionStorage.getItem(STORED);
}

export function enter(key, told) {
  sessionStorage.setItem(STORED, key);
  caller = told;
}

export function leave() {
  sessionStorage.removeItem(STORED);
  caller = null;
}
