// Parts of a page that fetch themselves anew: <div data-live="address" data-every="milliseconds" data-ended="text">.
// With data-at-once it does so when the page is shown, too. The page is not reloaded, and the session is not kept awake by it.

const ANEW = "text/html, application/json";  // a problem comes back as JSON

async function fetched(part) {
  const answer = await fetch(part.dataset.live, { headers: { Accept: ANEW }, credentials: "same-origin" });
  if (answer.status === 401) return null;
  return answer.ok ? answer.text() : undefined;
}

// Buttons, links and opened details keep their place when the part changes under the person's hand.
function replace(part, text) {
  const focused = [...part.querySelectorAll("a, button, summary")].indexOf(document.activeElement);
  const opened = [...part.querySelectorAll("details")].map((one) => one.open);
  part.innerHTML = text;
  part.querySelectorAll("details").forEach((one, n) => { one.open = Boolean(opened[n]); });
  if (focused >= 0) part.querySelectorAll("a, button, summary")[focused]?.focus();
}

// Who comes back to the page sees at once how things stand.
const rest = (ms) => new Promise((done) => {
  const on = () => { clearTimeout(timer); document.removeEventListener("visibilitychange", on); done(); };
  const timer = setTimeout(on, ms);
  document.addEventListener("visibilitychange", on);
});

async function follow(part) {
  let before = "";
  for (let look = 0; ; look++) {
    if (look || !("atOnce" in part.dataset)) await rest(Number(part.dataset.every));
    if (document.hidden || part.querySelector("form[data-sent]")) continue;
    let text;
    try { text = await fetched(part); } catch { continue; }  // the server is away; the next look may find it
    if (text === null) {
      const told = document.createElement("p");
      told.className = "problem";
      told.setAttribute("role", "alert");
      told.textContent = part.dataset.ended;
      part.prepend(told);
      return;
    }
    if (text !== undefined && text !== before) { if (before || text.trim() !== part.innerHTML.trim()) replace(part, text); before = text; }
  }
}

for (const part of document.querySelectorAll("[data-live]")) follow(part);
