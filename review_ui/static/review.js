// Review one by one. Three questions are held: one on screen, the others with their pictures loaded and decoded.
// At most one answer is on its way; until the server has said that it is kept, it is remembered in this tab.

const root = document.getElementById("review");
const at = (id) => document.getElementById(id);
const GLANCE = 250;  // ms: nobody has seen a place that was shown for less; a double click falls into it
const HELD = 3, HEARTBEAT = 20000, RETRY = 2000, LOOK_AGAIN = 5000, ASLEEP = 180000;
const UNSENT = `kiemphieu-unsent-${root.dataset.account}`;

let queue = [];
let lastAnswered = "";
let answered = 0;
let sending = false;
let early = null;  // an answer given while the one before was still on its way
let shownAt = 0;
let ended = false;
let touched = Date.now();
const putOff = [];

// The server --------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, problems) { super(problems.map((p) => p.text).join(" ")); this.status = status; this.problems = problems; }
}

async function post(path, fields) {
  const body = new URLSearchParams(fields);
  const answer = await fetch(path, {
    method: "POST", body, credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf },
  });
  if (answer.status === 204) return {};
  const content = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, content.problems);
  return content;
}

function filter() {
  const { batch, contest, kind, pen } = root.dataset;
  return { batch, contest, ...(kind ? { kind } : {}), ...(pen ? { pen } : {}), but: putOff.slice(-50).join(" "), held: queue.map((q) => q.item).join(" ") };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const lost = (fault) => !(fault instanceof Refused) || fault.status >= 500;

// An answer is sent until the server has it or refuses it. It may arrive twice: the server keeps it once.
async function deliver(unsent, number) {
  sessionStorage.setItem(UNSENT, JSON.stringify(unsent));
  for (let tries = 0; ; tries += 1) {
    try {
      const content = await post("/review/answer", { ...filter(), ...unsent, number });
      sessionStorage.removeItem(UNSENT);
      if (tries) tell(root.dataset.again);
      return content;
    } catch (fault) {
      if (!lost(fault)) {
        if (fault.status !== 401) sessionStorage.removeItem(UNSENT);
        throw fault;
      }
      trouble(root.dataset.unsent);
      await pause(RETRY);
    }
  }
}

// What is on screen -------------------------------------------------------------------------------

function trouble(text) { at("trouble").textContent = text; at("trouble").hidden = !text; if (text) at("news").hidden = true; }
function tell(text) { trouble(""); at("news").textContent = text; at("news").hidden = !text; }

function loaded(address, alt) {
  if (!address) return null;
  const picture = new Image();
  picture.alt = alt;
  picture.draggable = false;
  picture.addEventListener("error", () => { picture.dataset.broken = "1"; complain(); });
  picture.src = address;
  picture.decode?.().catch(() => {});
  return picture;
}

function complain() {
  const question = queue[0];
  if (question && (question.pagePicture?.dataset.broken || question.placePicture?.dataset.broken)) trouble(root.dataset.noPicture);
}

function ready(question) {
  question.placePicture = loaded(question.place, question.label || question.title);
  question.pagePicture = loaded(question.page, question.where);
  return question;
}

function show() {
  const question = queue[0];
  at("desk").hidden = !question;
  at("empty").hidden = Boolean(question) || ended;
  if (!question) return;
  root.dataset.item = question.item;
  shownAt = performance.now();
  for (const part of ["where", "title", "label", "why", "sheet"]) at(part).textContent = question[part];
  at("place").replaceChildren(...(question.placePicture ? [question.placePicture] : []));
  at("paper").replaceChildren(...(question.pagePicture ? [question.pagePicture] : []));
  at("answers").replaceChildren(...question.answers.map(button));
  at("desk").classList.toggle("without-place", !question.place);
  fit();
  complain();
}

function button(answer) {
  const made = document.createElement("button");
  made.dataset.key = answer.key;
  made.dataset.value = answer.value;
  made.className = "answer";
  const key = document.createElement("kbd");
  key.textContent = answer.key;
  made.append(key, " ", answer.text);
  made.addEventListener("click", () => choose(answer.value));
  return made;
}

// Acts --------------------------------------------------------------------------------------------

async function choose(value) {
  if (ended || !queue.length || performance.now() - shownAt < GLANCE) return;
  if (sending) { early = { item: queue[0].item, value }; return; }
  sending = true;
  const question = queue.shift();
  tell("");
  show();
  try {
    const content = await deliver({ item: question.item, value }, HELD - queue.length);
    lastAnswered = question.item;
    at("answered").textContent = String(answered += 1);
    add(content.questions);
  } catch (fault) {
    early = null;
    refused(fault);
    await refill();
  } finally { sending = false; }
  const next = early;
  early = null;
  if (next && queue[0]?.item === next.item) choose(next.value);
}

function add(questions) {
  const known = new Set(queue.map((q) => q.item));
  const empty = !queue.length;
  queue.push(...questions.filter((q) => !known.has(q.item)).map(ready));
  if (empty) show();
}

function refused(fault) {
  if (fault.status === 401) {
    ended = true;
    trouble(root.dataset.ended);
    at("sign-in-again").hidden = false;
    at("desk").hidden = true;
    at("empty").hidden = true;
  } else trouble(fault.message);
}

async function refill() {
  if (ended || queue.length >= HELD) return;
  try { add((await post("/review/next", { ...filter(), number: HELD - queue.length })).questions); }
  catch (fault) { if (!lost(fault)) refused(fault); }
  if (!queue.length) show();
}

async function skip() {
  if (sending || !queue.length) return;
  sending = true;
  const question = queue.shift();
  putOff.push(question.item);
  show();
  try { await post("/review/give-back", { held: question.item }); } catch (fault) { if (!lost(fault)) refused(fault); }
  await refill();
  sending = false;
}

async function undo() {
  if (sending || ended) return;
  sending = true;
  try {
    const content = await post("/review/undo", { item: lastAnswered });
    lastAnswered = "";
    if (content.question) {
      const item = content.question.item;
      queue = [ready(content.question), ...queue.filter((q) => q.item !== item)];
      show();
    }
    tell(content.question ? root.dataset.takenBack : root.dataset.takenOver);
    if (answered) at("answered").textContent = String(answered -= 1);
  } catch (fault) {
    if (lost(fault)) trouble(fault.message); else refused(fault);
  } finally { sending = false; }
}

// The whole page: nearer, farther, moved ------------------------------------------------------------

const view = { scale: 1, x: 0, y: 0 };

function move() {
  const picture = at("paper").firstElementChild;
  if (picture) picture.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
}
function fit() { Object.assign(view, { scale: 1, x: 0, y: 0 }); move(); }
function zoom(factor, centreX = at("paper").clientWidth / 2, centreY = at("paper").clientHeight / 2) {
  const scale = Math.min(8, Math.max(1, view.scale * factor));
  view.x = centreX - (centreX - view.x) * (scale / view.scale);
  view.y = centreY - (centreY - view.y) * (scale / view.scale);
  view.scale = scale;
  if (scale === 1) fit(); else move();
}

const ARROWS = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
document.addEventListener("keydown", (event) => {
  touched = Date.now();
  if (event.target.closest?.("select, input") || !ARROWS[event.key]) return;
  event.preventDefault();
  view.x += ARROWS[event.key][0];
  view.y += ARROWS[event.key][1];
  move();
});
at("paper").addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = at("paper").getBoundingClientRect();
  zoom(event.deltaY < 0 ? 1.25 : 0.8, event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
at("paper").addEventListener("pointerdown", (event) => at("paper").setPointerCapture(event.pointerId));
at("paper").addEventListener("pointermove", (event) => {
  touched = Date.now();
  if (!event.buttons) return;
  view.x += event.movementX;
  view.y += event.movementY;
  move();
});

// Start, heartbeat, end -----------------------------------------------------------------------------

for (const [id, act] of [["defer", () => choose("defer")], ["skip", skip], ["undo", undo], ["undo-empty", undo],
  ["nearer", () => zoom(1.4)], ["farther", () => zoom(1 / 1.4)], ["fit", fit]]) at(id).addEventListener("click", act);

setInterval(async () => {
  if (ended || !queue.length || Date.now() - touched > ASLEEP) return;
  try { await post("/review/keep", {}); } catch (fault) { if (!lost(fault)) refused(fault); }
}, HEARTBEAT);
setInterval(() => { if (!queue.length && !sending && !document.hidden) refill(); }, LOOK_AGAIN);
document.addEventListener("pointerdown", () => { touched = Date.now(); });

window.addEventListener("pagehide", () => {
  const body = new URLSearchParams({ csrf: document.body.dataset.csrf, held: queue.map((q) => q.item).join(" ") });
  navigator.sendBeacon("/review/give-back", body);
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
window.addEventListener("beforeunload", (event) => { if (sending && sessionStorage.getItem(UNSENT)) event.preventDefault(); });

async function begin() {
  const waiting = sessionStorage.getItem(UNSENT);
  if (waiting) {
    sending = true;
    try { add((await deliver(JSON.parse(waiting), HELD)).questions); tell(root.dataset.sentLater); }
    catch (fault) { refused(fault); }
    finally { sending = false; }
  }
  await refill();
  show();
}
begin();
