/* The form of a dial: its fields follow the outcome; a row of the checklist is answered by a digit. */
"use strict";

(function () {
  const SHOWN = { answered: ["connected", "answered"], connected: ["connected"], nothing: [] };

  function follow(form) {
    const chosen = form.querySelector("[name=outcome]:checked");
    const shown = chosen ? SHOWN[chosen.dataset.needs] : [];
    for (const part of form.querySelectorAll("[data-shown-for]")) {
      const wanted = shown.includes(part.dataset.shownFor);
      part.hidden = !wanted;
      /* What is hidden is not sent, but stays typed should the outcome change back. */
      part.disabled = !wanted;
    }
  }

  function answer(row, value) {
    const box = row.querySelector("[type=radio][value=" + value + "]");
    box.checked = true;
    const rows = Array.from(row.closest(".answers").querySelectorAll(".answer"));
    const after = rows[rows.indexOf(row) + 1];
    (after ? after.querySelector("[type=radio]:checked") || after.querySelector("[type=radio]") : box).focus();
  }

  function fill(form, value) {
    for (const row of form.querySelectorAll(".answer")) {
      if (!row.querySelector("[type=radio]:checked")) {
        row.querySelector("[type=radio][value=" + value + "]").checked = true;
      }
    }
  }

  function condemn(box) {
    if (box.checked) { box.closest(".answer").querySelector("[type=radio][value=no]").checked = true; }
  }

  function start(form) {
    form.classList.add("with-js");
    for (const tool of form.querySelectorAll(".needs-js")) { tool.hidden = false; }
    form.addEventListener("change", function (event) {
      if (event.target.name === "outcome") { follow(form); }
      if (event.target.name === "critical") { condemn(event.target); }
    });
    form.addEventListener("click", function (event) {
      const button = event.target.closest("[data-fill]");
      if (button) { fill(form, button.dataset.fill); }
    });
    form.addEventListener("keydown", function (event) {
      const row = event.target.closest(".answer");
      const value = { 1: "yes", 2: "no", 3: "na" }[event.key];
      if (row && value && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        answer(row, value);
      }
    });
    /* A second press of a button must not send the form twice; its key would catch it anyway. */
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); }
      form.dataset.sent = "yes";
    });
    window.addEventListener("pageshow", function () {
      delete form.dataset.sent;
      follow(form);
    });
    follow(form);
  }

  document.querySelectorAll(".call-form").forEach(start);
})();
