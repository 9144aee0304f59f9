// Keys of buttons and links: data-key="s" or "Shift+P" or "Enter". They rest while a field has the focus (Esc leaves it;
// F8 and the like work there, too; letters also where only digits are typed, data-digits), and a person can turn them off (they are kept off on this browser).
// Rows: in <table data-rows> and <ul data-rows> the arrow keys choose a row; data-row-key acts in the chosen row alone.

const OFF = "kiemphieu-keys-off";

function named(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return (event.shiftKey ? "Shift+" : "") + key;
}

function typing(target) {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|hidden)$/.test(target.type)));
}

// What stands in a menu that is folded has its key all the same.
function reachable(control) {
  return control.closest("header details.menu") || control.getClientRects().length;
}

// A menu closes when another opens, when something else is clicked, with Escape.
function fold(event) {
  if (event.type === "keydown" && event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.type === "keydown") {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    } else if (!menu.contains(event.target)) menu.open = false;
  }
}

const ROW = "[data-rows] > tbody > tr, ul[data-rows] > li";
let chosen = null;  // the row that keys act on
let address = "";  // what it leads to: a part that fetches itself anew brings other rows for the same things

const rows = () => [...document.querySelectorAll(ROW)].filter((row) => row.getClientRects().length && row.querySelector("[data-row-key]"));
const leadsTo = (row) => row.querySelector("a[href]")?.getAttribute("href") ?? row.textContent;

function choose(row) {
  if (row === chosen) return;
  chosen?.classList.remove("chosen");
  chosen = row ?? null;
  address = row ? leadsTo(row) : "";
  row?.classList.add("chosen");
}

// At first the row that the page names, or the first one; none where a key would take something from somebody.
function first(all) {
  return all.find((row) => "chosen" in row.dataset) ?? all.find((row) => row.closest("[data-rows]").dataset.rows !== "none");
}

function keepChosen() {
  if (localStorage.getItem(OFF)) { choose(null); return []; }
  const all = rows();
  if (chosen && !all.includes(chosen)) choose(all.find((row) => leadsTo(row) === address));
  if (!chosen) choose(first(all));
  return all;
}

function step(event, by) {
  if (event.target instanceof HTMLElement && event.target.closest("input[type=radio]")) return false;
  const all = keepChosen();
  const next = all[chosen ? all.indexOf(chosen) + by : by > 0 ? 0 : -1];
  if (!next) return false;
  choose(next);
  next.querySelector("[data-row-key]").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function fitting(controls, name, wanted) {
  return [...controls].find((control) => {
    const own = control.dataset[name];
    const same = own.length === 1 ? own.toUpperCase() === wanted : own === wanted;
    return same && !control.disabled && reachable(control);
  });
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (localStorage.getItem(OFF)) return;
  const ownLetter = "digits" in (event.target.dataset ?? {}) && /^\p{L}$/u.test(event.key);
  if (typing(event.target) && !ownLetter && !/^F\d+$/.test(event.key)) {
    if (event.key === "Escape" && !("ownKeys" in event.target.dataset)) event.target.blur();
    return;
  }
  const plain = event.key === "Enter" || event.key === " ";
  if (plain && event.target instanceof HTMLElement && event.target.closest("a, button, summary, input")) return;
  const wanted = named(event);
  let control = fitting(document.querySelectorAll("[data-key]"), "key", wanted);
  if (!control && (wanted === "ArrowDown" || wanted === "ArrowUp")) {
    if (step(event, wanted === "ArrowDown" ? 1 : -1)) event.preventDefault();
    return;
  }
  if (!control) {
    keepChosen();
    control = chosen && fitting(chosen.querySelectorAll("[data-row-key]"), "rowKey", wanted);
  }
  if (!control) return;
  event.preventDefault();
  if (!event.repeat) control.click();
}

// How rows are chosen stands above the first of them, outside of parts that fetch themselves anew.
function beginRows() {
  const hint = document.getElementById("rows-hint");
  if (!hint || !document.querySelector("[data-rows], [data-live]")) return;
  const tell = () => {
    const list = document.querySelector("[data-rows]:not([data-hint])");
    hint.hidden = !keepChosen().length || !list;
    const place = list?.closest("[data-live]") ?? list;
    if (place && hint.nextElementSibling !== place) place.parentElement.insertBefore(hint, place);
  };
  tell();
  new MutationObserver(tell).observe(hint.closest("main"), { childList: true, subtree: true });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(ROW);
    if (row && rows().includes(row)) choose(row);
  });
}

function keysSwitch() {
  const control = document.getElementById("keys-switch");
  if (!control) return;
  const text = control.querySelector("span");
  const show = () => { text.textContent = localStorage.getItem(OFF) ? control.dataset.off : control.dataset.on; };
  control.addEventListener("click", () => {
    if (localStorage.getItem(OFF)) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1");
    show();
  });
  show();
}

// A form goes out once: a second click while the first is on its way does nothing.
function once(event) {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
}

document.addEventListener("keydown", pressed);
document.addEventListener("submit", once);
document.addEventListener("keydown", fold);
document.addEventListener("click", fold);
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
keysSwitch();
beginRows();
