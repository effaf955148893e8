// Says to screen readers what has changed, without taking the focus.

const GATHERED_MS = 250;
let waiting = [];

export function announce(text) {
  if (!waiting.length) setTimeout(tell, GATHERED_MS);
  waiting.push(text);
}

function tell() {
  document.getElementById("announcer").textContent = waiting.join(" ");
  waiting = [];
}
