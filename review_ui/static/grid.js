// The grid: arrow keys go from crop to crop, Space marks, Enter confirms. Of accepted readings the next sheet lies ready,
// its pictures loaded, so Enter shows it at once; the sheet that was left is sent meanwhile, one at a time, and comes back
// on the screen as it was where the server refuses it.

const form = document.getElementById("grid");
const at = (id) => document.getElementById(id);
const GLANCE = 1000;  // ms: nobody has looked over fifty crops that were shown for less; a double click falls into it
const RETRY = 2000;

let boxes = [];
let glance = 0;
let behind = null;  // the next sheet: a list of crops, or nothing where there is none
let sending = false;
let unsent = false;  // a sheet that was left is on its way
let early = false;  // Enter was pressed before the next sheet lay ready

const crops = () => form.querySelector(".crops");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function say(text) { at("trouble").textContent = text; at("trouble").hidden = !text; }
function tell(text) {
  const line = document.createElement("p");
  line.className = "done";
  line.setAttribute("role", "status");
  line.textContent = text;
  at("told").replaceChildren(...(text ? [line] : []));
}

// What is on screen ---------------------------------------------------------------------------------

function columns() {
  const first = boxes[0].closest("li").offsetTop;
  return boxes.filter((box) => box.closest("li").offsetTop === first).length;
}

function go(event) {
  const here = boxes.indexOf(document.activeElement);
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }[event.key];
  if (steps === undefined || event.target.closest("select")) return;
  event.preventDefault();
  const next = here < 0 ? 0 : Math.min(boxes.length - 1, Math.max(0, here + steps));
  boxes[next].focus();
  boxes[next].closest("li").scrollIntoView({ block: "nearest" });
}

function count() { at("marked").textContent = String(boxes.filter((box) => box.checked).length); }

function show(list) {
  if (list !== crops()) crops().replaceWith(list);
  boxes = [...list.querySelectorAll("input[type=checkbox]")];
  at("number").textContent = String(boxes.length);
  count();
  delete form.dataset.seen;
  clearTimeout(glance);
  glance = setTimeout(() => { form.dataset.seen = "yes"; }, GLANCE);
}

// The server ----------------------------------------------------------------------------------------

function fields(left) {
  const body = new URLSearchParams();
  const add = (name, list, chosen) => { for (const one of list?.querySelectorAll(chosen) ?? []) body.append(name, one.value); };
  add("shown", left, "input[name=shown]");
  add("odd", left, "input[name=odd]:checked");
  add("on_screen", crops(), "input[name=shown]");
  return body;
}

class Refused extends Error {}

// Sent until the server has it or refuses it. It may arrive twice: the server counts it once.
async function deliver(left) {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetch(form.dataset.next, {
        method: "POST", body: fields(left), credentials: "same-origin",
        headers: { Accept: "text/html, application/json", "X-CSRF-Token": document.body.dataset.csrf },
      });
      if (answer.ok) {
        if (tries) say("");
        return answer.text();
      }
      if (answer.status < 500) throw new Refused((await answer.json()).problems.map((one) => one.text).join(" "));
    } catch (fault) { if (fault instanceof Refused) throw fault; }
    say(form.dataset.unsent);
    await pause(RETRY);
  }
}

// Sends the sheet that was left, if any, and makes the one behind the present one ready.
async function send(left) {
  sending = true;
  unsent = Boolean(left);
  delete form.dataset.ready;
  try {
    at("behind").innerHTML = await deliver(left);
    const answer = at("behind").firstElementChild;
    const { same, odd } = answer.dataset;
    if (left) tell(form.dataset.told.replace("{same}", same).replace("{odd}", odd));
    behind = answer.querySelector(".crops");
    await Promise.allSettled([...(behind?.querySelectorAll("img") ?? [])].map((one) => one.decode()));
  } catch (fault) {
    early = false;
    behind = null;
    at("behind").replaceChildren();
    if (left) show(left);
    say(fault.message);
  }
  sending = unsent = false;
  form.dataset.ready = "yes";
  if (early) { early = false; form.requestSubmit(); }
}

function left(event) {
  if (!form.dataset.seen) { event.preventDefault(); return; }
  if (!form.dataset.ahead) return;  // the browser sends the form, and another page comes
  if (sending) { event.preventDefault(); early = true; return; }
  if (!behind) return;
  event.preventDefault();
  const list = crops();
  say("");
  show(behind);
  behind = null;
  window.scrollTo(0, 0);
  send(list);
}

// Start ---------------------------------------------------------------------------------------------

if (form) {
  show(crops());
  document.addEventListener("keydown", go);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input[type=checkbox]")) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  });
  form.addEventListener("submit", left);
  form.addEventListener("change", count);
  window.addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  const ahead = () => {
    for (const one of document.querySelectorAll("[data-picture]")) new Image().src = one.dataset.picture;
    if (form.dataset.ahead) send(null);
  };
  if (document.readyState === "complete") ahead(); else window.addEventListener("load", ahead);
}

const value = at("value");
value.addEventListener("change", () => { at("kind").value = value.selectedOptions[0].dataset.kind; });
