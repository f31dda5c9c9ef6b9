/* The board: which task is shown, which agents, in which order. Without this script every table stands, ranked. */
"use strict";
const navbench = { data: JSON.parse(document.getElementById("data").textContent) };
const root = document.documentElement;
root.classList.add("js");

navbench.say = (text) => { document.getElementById("said").textContent = text; };

navbench.showTask = (task) => {
  for (const part of document.querySelectorAll(".task")) part.hidden = part.dataset.task !== task;
};

navbench.filter = (words) => {
  const wanted = words.trim().toLowerCase();
  let shown = 0;
  for (const row of document.querySelectorAll(".ranking tbody tr")) {
    row.hidden = wanted !== "" && !row.dataset.words.toLowerCase().includes(wanted);
    if (!row.hidden && row.offsetParent !== null) shown += 1;
  }
  navbench.say(wanted ? `${shown} agents match` : "all agents shown");
};

/* Sort a table by the column of a pressed heading: first the way that puts the best on top, then the other. */
navbench.sort = (heading) => {
  const table = heading.closest("table"), body = table.tBodies[0], column = heading.cellIndex;
  const before = heading.getAttribute("aria-sort");
  const order = before ? (before === "ascending" ? "descending" : "ascending") : heading.dataset.first;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const keyed = Array.from(body.rows, (row) => {
    const text = row.cells[column].dataset.sort, number = Number(text);
    return { row, key: text === "" || Number.isNaN(number) ? text : number };
  });
  keyed.sort((a, b) => (typeof a.key === "number" && typeof b.key === "number"
    ? sign * (a.key - b.key) : sign * String(a.key).localeCompare(String(b.key))));
  body.append(...keyed.map((one) => one.row));
  navbench.say(`sorted by ${heading.textContent.trim()}, ${order}`);
};

navbench.dark = () => {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

navbench.setTheme = (button, dark) => {
  root.dataset.theme = dark ? "dark" : "light";
  button.setAttribute("aria-pressed", String(dark));
  document.dispatchEvent(new Event("recolour"));
};

{
  const radios = [...document.querySelectorAll("input[name=task]")];
  const theme = document.getElementById("theme");
  for (const radio of radios) {
    radio.addEventListener("change", () => { navbench.showTask(radio.value); navbench.say(`task ${radio.value}`); });
  }
  navbench.showTask(radios.find((radio) => radio.checked).value);
  document.getElementById("filter").addEventListener("input", (event) => navbench.filter(event.target.value));
  for (const button of document.querySelectorAll(".ranking thead button")) {
    button.addEventListener("click", () => navbench.sort(button.closest("th")));
  }
  theme.setAttribute("aria-pressed", String(navbench.dark()));
  theme.addEventListener("click", () => navbench.setTheme(theme, !navbench.dark()));
  addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
}
