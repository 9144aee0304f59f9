// While figures are typed, the server says which rules do not hold; nothing is kept by that.

const form = document.getElementById("figures");
const list = document.getElementById("troubles");
const keep = document.getElementById("keep");
const touched = new Set();
let asked = 0;
let timer = 0;

function shown(trouble) {
  return !trouble.empty && (trouble.code.startsWith("R") || trouble.fields.some((name) => touched.has(name)));
}

function mark(troubles) {
  for (const control of form.querySelectorAll("input[name], textarea[name]")) {
    const wrong = troubles.some((one) => shown(one) && one.fields.includes(control.name));
    if (wrong) control.setAttribute("aria-invalid", "true"); else control.removeAttribute("aria-invalid");
  }
}

function tell(troubles) {
  const rows = troubles.filter(shown).map((one) => {
    const row = document.createElement("p");
    row.className = `trouble ${one.kind}`;
    if (one.code.startsWith("R")) row.append(Object.assign(document.createElement("strong"), { textContent: one.code }), " ");
    row.append(one.text);
    return row;
  });
  list.replaceChildren(...rows);
}

async function check() {
  const mine = ++asked;
  const answer = await fetch(form.dataset.check, {
    method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" },
  }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;  // the server says it again when the figures are kept
  const found = await answer.json();
  mark(found.troubles);
  tell(found.troubles);
  for (const place of form.querySelectorAll("[data-means]:not(form)")) {
    const time = found.times[place.dataset.means];
    place.textContent = time ? form.dataset.means.replace("{time}", time) : "";
  }
  keep.disabled = found.troubles.some((one) => one.kind === "error" || one.kind === "fault");
}

form.addEventListener("input", (event) => {
  touched.add(event.target.name);
  clearTimeout(timer);
  timer = setTimeout(check, 250);
});
if ([...form.querySelectorAll(".numbers-to-type input")].some((one) => one.value)) check();
