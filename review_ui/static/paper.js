// Typing a sheet: one key answers a line and goes to the next, Backspace goes back, Enter keeps the sheet when all is answered.

const form = document.getElementById("paper-form");
const places = [...form.querySelectorAll("[data-place]")];
const HEARTBEAT = 20000;
let here = 0;

function go(number) {
  here = Math.min(places.length, Math.max(0, number));
  places.forEach((place, n) => place.classList.toggle("here", n === here));
  const at = places[here];
  if (at) {
    (at.querySelector("input:checked") ?? at.querySelector("input")).focus({ preventScroll: true });
    at.scrollIntoView({ block: "nearest" });
  } else document.getElementById("keep").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Backspace") { event.preventDefault(); go(here - 1); return; }
  if (event.key === "Enter" && !event.target.closest("a, button")) { event.preventDefault(); form.requestSubmit(); return; }
  const answer = places[here]?.querySelector(`[data-answer="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!answer || event.shiftKey) return;
  event.preventDefault();
  if (event.repeat) return;  // a key held down answers one line
  answer.checked = true;
  go(here + 1);
});
form.addEventListener("change", (event) => { here = places.indexOf(event.target.closest("[data-place]")); places.forEach((p, n) => p.classList.toggle("here", n === here)); });
form.addEventListener("focusin", (event) => {
  const at = places.indexOf(event.target.closest("[data-place]"));
  if (at >= 0) { here = at; places.forEach((place, n) => place.classList.toggle("here", n === at)); }
});

// The sheet stays lent to this screen; it is given back when the page goes and nothing was kept.
const post = (path) => fetch(path, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf } });
setInterval(() => { post("/review/keep").catch(() => {}); }, HEARTBEAT);
let sent = false;
form.addEventListener("submit", () => { sent = true; });
window.addEventListener("pagehide", () => {
  if (!sent) navigator.sendBeacon(form.action + "/back", new URLSearchParams({ csrf: document.body.dataset.csrf }));
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
go(0);
