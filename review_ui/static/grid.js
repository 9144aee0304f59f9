// The grid: arrow keys go from crop to crop, Space marks, Enter confirms; the next sheet's pictures are fetched ahead.

const boxes = [...document.querySelectorAll(".crops input[type=checkbox]")];
const form = document.getElementById("grid");

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

function count() { document.getElementById("marked").textContent = String(boxes.filter((box) => box.checked).length); }

if (form) {
  document.addEventListener("keydown", go);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[type=checkbox]")) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("change", count);
  count();
  const fetchAhead = () => { for (const one of document.querySelectorAll("[data-ahead]")) new Image().src = one.dataset.ahead; };
  if (document.readyState === "complete") fetchAhead(); else window.addEventListener("load", fetchAhead);
}

const value = document.getElementById("value");
value.addEventListener("change", () => { document.getElementById("kind").value = value.selectedOptions[0].dataset.kind; });
