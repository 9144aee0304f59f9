// Typing a box: Enter keeps a ballot, the cursor never leaves the field, anything typed can be recalled.

const form = document.getElementById("typing");
if (form) {
  const field = document.getElementById("typed");
  const told = document.getElementById("told");
  const list = document.getElementById("last");
  const all = document.getElementById("kept");
  const shownPlace = document.getElementById("place");
  const bundle = Number(form.dataset.bundle);
  const most = Number(form.dataset.most);
  let place = Number(form.dataset.place);
  const CHANGE = /^\s*(\d+(?:\/\d+)?)\s*([:<])(.*)$/;
  let waiting = [];  // what was typed and is not kept yet: nobody waits for the server between two ballots
  let busy = false;

  function say(text) {
    told.textContent = text;
    told.hidden = !text;
  }

  async function ask(path, body) {
    const answer = await fetch(form.dataset.base + path, {
      method: body ? "POST" : "GET", credentials: "same-origin", body: body && new URLSearchParams(body),
      headers: { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf },
    });
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(found.problems?.[0]?.text ?? found.text ?? String(answer.status));
    return found;
  }

  function shown(number, value) {
    let row = [...list.children].find((one) => one.value === number);
    if (!row) {
      row = document.createElement("li");
      row.value = number;
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.dataset.recall = number;
      row.append(button);
      list.prepend(row);
      while (list.children.length > 12) list.lastChild.remove();
    }
    row.firstChild.textContent = value || form.dataset.gone;
  }

  function where(text) {
    const [first, second] = text.split("/");
    return second === undefined ? [bundle, Number(first)] : [Number(first), Number(second)];
  }

  async function keep(text) {
    const change = text.match(CHANGE);
    if (change) {
      const [at, number] = where(change[1]);
      await ask(change[2] === ":" ? "/correct" : "/insert", { bundle: at, place: number, typed: change[3] });
      location.reload();  // places behind it may have moved
      return;
    }
    const kept = await ask("/ballot", { bundle, place, typed: text });
    shown(place, kept.value);
    place += 1;
    all.dataset.number = Number(all.dataset.number) + 1;
    all.textContent = all.dataset.text.replace("{ballots}", all.dataset.number);
    shownPlace.textContent = Math.min(place, most);
    if (place > most) {
      say(form.dataset.full);
      document.getElementById("bundle-done").focus();
    }
  }

  // After a refusal nothing that was typed in the meantime may slip into its place: it is told, and Esc goes on.
  function stop(text, error) {
    const lost = waiting.slice(1).concat(field.value ? [field.value] : []);
    waiting = [];
    field.value = text;
    field.readOnly = true;
    say([error.message, form.dataset.again.replace("{place}", place), lost.length ? `${form.dataset.lost} ${lost.join(" · ")}` : ""].join(" "));
  }

  async function send() {
    if (busy) return;
    busy = true;
    while (waiting.length) {
      try {
        await keep(waiting[0]);
        waiting.shift();
      } catch (error) {
        stop(waiting[0], error);
      }
    }
    busy = false;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.readOnly) return;
    say("");
    waiting.push(field.value);
    if (CHANGE.test(field.value)) field.readOnly = true;  // the page comes anew, with the places as they are then
    field.value = "";
    send();
  });

  function goOn() {
    if (busy || !field.readOnly) return;
    field.readOnly = false;
    field.select();
    say("");
  }

  async function recall(number) {
    const found = await ask(`/ballot/${bundle}/${number}`);
    field.value = `${number}: ${found.value}`;
    field.focus();
  }

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    if (event.key === "Escape") { if (field.readOnly) goOn(); else { field.value = ""; say(""); } }
    if (event.key === "ArrowUp" && place > 1 && !busy && !field.readOnly) { event.preventDefault(); recall(place - 1); }
  });
  field.addEventListener("click", goOn);
  // Neither the bundle nor the box ends over a ballot that stands in the field or is on its way.
  for (const end of document.querySelectorAll(".confirm form")) {
    end.addEventListener("submit", (event) => {
      if (!busy && !waiting.length && !field.value.trim()) return;
      event.preventDefault();
      say(form.dataset.left);
    });
  }
  list.addEventListener("click", (event) => {
    if (busy || field.readOnly) return;
    const number = event.target.closest("[data-recall]")?.dataset.recall;
    if (number) recall(Number(number));
  });
  field.focus();
}
