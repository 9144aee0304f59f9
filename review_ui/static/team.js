// The vote of the team: all for at once, and a count that tells whether presence and majority are reached.

const told = document.getElementById("votes");
const radios = [...document.querySelectorAll(".hands input[type=radio]")];

function count() {
  if (!told) return;
  const chosen = radios.filter((radio) => radio.checked);
  const present = chosen.filter((radio) => radio.value !== "absent").length;
  const inFavour = chosen.filter((radio) => radio.value === "for").length;
  const enough = present >= Number(told.dataset.present) && inFavour >= Number(told.dataset.majority);
  told.textContent = `${told.dataset.text.replace("%p", present).replace("%f", inFavour)} ${enough ? "✓" : ""}`;
}

for (const button of document.querySelectorAll("[data-all]")) {
  button.addEventListener("click", () => {
    for (const radio of radios) if (radio.value === button.dataset.all) radio.checked = true;
    count();
  });
}
document.addEventListener("change", count);
count();
