// Handing in files: two at a time, each until the server has said what became of it. A file that arrives twice counts once.

const form = document.getElementById("upload");
const input = document.getElementById("files");
const chosen = document.getElementById("chosen");
const drop = document.getElementById("drop");
const bar = document.getElementById("sent");
const text = document.getElementById("sent-text");
const bad = document.getElementById("sent-bad");
const AT_ONCE = 2, RETRY = 2000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let waiting = [];
let all = 0, done = 0, good = 0, busy = 0;

const fill = (sentence) => sentence.replace("{done}", done).replace("{all}", all).replace("{good}", good);

function tell(sentence) {
  bar.hidden = text.hidden = false;
  bar.max = all;
  bar.value = done;
  text.textContent = fill(sentence);
}

function complain(name, why) {
  bad.hidden = false;
  const line = document.createElement("li");
  line.className = "bad";
  const strong = document.createElement("strong");
  strong.textContent = name;
  line.append(strong, ": ", why);
  bad.append(line);
}

function finished(result) {
  done += 1;
  if (result.good) good += 1; else complain(result.name, result.text);
  tell(done < all ? form.dataset.progress : good === all ? form.dataset.all : form.dataset.some);
}

async function send(file) {
  if (file.size > Number(form.dataset.limit)) return { name: file.name, good: false, text: form.dataset.tooLarge };
  for (;;) {
    const body = new FormData();
    body.append("files", file, file.name);
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf },
      });
      if (answer.status === 401) tell(form.dataset.ended);
      else if (answer.status >= 500) tell(form.dataset.lost);
      else {
        const content = await answer.json();
        return content.files?.[0] ?? { name: file.name, good: false, text: content.problems.map((p) => p.text).join(" ") };
      }
    } catch { tell(form.dataset.lost); }
    await pause(RETRY);
  }
}

async function work() {
  busy += 1;
  while (waiting.length) finished(await send(waiting.shift()));
  busy -= 1;
}

function hand(files) {
  const some = [...files];
  if (!some.length) return;
  if (!busy) { all = done = good = 0; bad.replaceChildren(); bad.hidden = true; }
  some.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  all += some.length;
  waiting.push(...some);
  tell(form.dataset.progress);
  while (busy < AT_ONCE && waiting.length > busy) work();
  if (!busy) work();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!input.files.length) { input.click(); return; }
  hand(input.files);
  input.value = "";
  chosen.textContent = "";
});
input.addEventListener("change", () => {
  chosen.textContent = input.files.length ? chosen.dataset.chosen.replace("{count}", input.files.length) : "";
});
for (const name of ["dragover", "dragenter"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); hand(event.dataTransfer.files); });
window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
