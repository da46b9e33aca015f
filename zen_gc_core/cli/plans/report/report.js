"use strict";
(() => {
  const form = document.getElementById("filters");
  const body = document.getElementById("objects");
  if (!form || !body) return;
  const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLowerCase() }));
  const fields = Array.from(form.querySelectorAll("[data-filter]"));
  const output = document.getElementById("shown");
  const narrow = () => {
    const asked = fields.filter((field) => field.value).map((field) => [field.dataset.filter, field.value]);
    let count = 0;
    for (const { row, text } of rows) {
      const shown = asked.every(([name, value]) =>
        name === "text" ? text.includes(value.toLowerCase()) : row.dataset[name] === value);
      row.hidden = !shown;
      count += shown;
    }
    output.value = asked.length ? `${count} of ${rows.length}` : "";
  };
  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  narrow();
})();
