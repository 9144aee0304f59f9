// Keys of buttons and links: data-key="s" or "Shift+P" or "Enter". They rest while a field has the focus,
// and a person can turn them off (they are kept off on this browser).

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

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (typing(event.target) || localStorage.getItem(OFF)) return;
  const plain = event.key === "Enter" || event.key === " ";
  if (plain && event.target instanceof HTMLElement && event.target.closest("a, button, summary, input")) return;
  const wanted = named(event);
  for (const control of document.querySelectorAll("[data-key]")) {
    const own = control.dataset.key;
    const same = own.length === 1 ? own.toUpperCase() === wanted : own === wanted;
    if (same && !control.disabled && reachable(control)) {
      event.preventDefault();
      if (!event.repeat) control.click();
      return;
    }
  }
}

function keysSwitch() {
  const control = document.getElementById("keys-switch");
  if (!control) return;
  const show = () => { control.textContent = localStorage.getItem(OFF) ? control.dataset.off : control.dataset.on; };
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
