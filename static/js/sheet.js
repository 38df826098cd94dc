// A grid of inputs that takes what a spreadsheet copies: cells apart by tabs, rows by line ends.
// Up, down and Enter go to the cell above or below. Without it each cell is a box like any other.
"use strict";
{
  const table = document.querySelector("[data-sheet]");
  const rows = () => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
  const place = (input) => {
    const all = rows();
    const at = all.findIndex((row) => row.includes(input));
    return [all, at, at < 0 ? -1 : all[at].indexOf(input)];
  };
  const mark = (input) => input.classList.toggle("changed", input.value !== input.defaultValue);
  const cells = (text) => {
    const found = [[""]];
    let quoted = false;
    const sheet = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let at = 0; at < sheet.length; at += 1) {
      const sign = sheet[at];
      const row = found[found.length - 1];
      if (quoted && sign === '"' && sheet[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; }
      else if (sign === '"' && (quoted || row[row.length - 1] === "")) quoted = !quoted;
      else if (sign === "\t" && !quoted) row.push("");
      else if (sign === "\n" && !quoted) found.push([""]);
      else row[row.length - 1] += sign === "\n" ? " " : sign;
    }
    return found;
  };
  if (table) {
    table.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      const [all, top, left] = place(event.target);
      if (top < 0 || !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      cells(text).forEach((row, down) => row.forEach((value, right) => {
        const input = all[top + down] && all[top + down][left + right];
        if (!input) return;
        input.value = value.trim();
        mark(input);
      }));
    });
    table.addEventListener("input", (event) => mark(event.target));
    table.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
      if (!step || event.isComposing) return;
      const [all, top, left] = place(event.target);
      const next = top >= 0 && all[top + step] && all[top + step][left];
      if (event.key === "Enter" || next) event.preventDefault();
      if (next) { next.focus(); next.select(); }
    });
  }
}
