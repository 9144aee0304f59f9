// The slide show of the result: one slide at a time, by key or by itself; new figures are fetched after the last one.

const SECONDS = 12;
const slides = [...document.querySelectorAll("[data-slide]")];
const run = document.getElementById("run");
let at = Math.min(Number(location.hash.slice(1)) || 0, Math.max(0, slides.length - 1));
let timer = null;

function show() {
  slides.forEach((slide, number) => { slide.hidden = number !== at; });
  document.getElementById("at").textContent = slides.length ? `${at + 1} / ${slides.length}` : "";
}

function step(by) {
  if (timer && at + by >= slides.length) { location.hash = "0"; location.reload(); return; }
  at = (at + by + slides.length) % slides.length;
  show();
}

function runs(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => step(1), SECONDS * 1000) : null;
  run.querySelector("span").textContent = on ? run.dataset.stop : run.dataset.start;
  sessionStorage.setItem("kiemphieu-show", on ? "1" : "");
}

for (const button of document.querySelectorAll("[data-step]")) button.addEventListener("click", () => step(Number(button.dataset.step)));
run.addEventListener("click", () => runs(!timer));
if (slides.length) { show(); runs(Boolean(sessionStorage.getItem("kiemphieu-show"))); }
