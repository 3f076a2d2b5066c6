/* Keys: / search, n next line, ? the list of keys. They rest while someone types. */
"use strict";

(function () {
  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  function dialog() {
    return document.getElementById("keys");
  }

  const deeds = {
    "/": function () {
      const field = document.querySelector("[data-search]");
      if (!field) { return false; }
      field.focus();
      field.select();
      return true;
    },
    "n": function () {
      const link = document.querySelector("a[data-next]");
      if (!link) { return false; }
      link.click();
      return true;
    },
    "?": function () {
      if (dialog().open) { dialog().close(); } else { dialog().showModal(); }
      return true;
    },
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) { return; }
    const deed = deeds[event.key];
    if (deed && deed()) { event.preventDefault(); }
  });

  /* A list of mistakes is where reading goes on after a form was refused. */
  document.addEventListener("DOMContentLoaded", function () {
    const mistakes = document.querySelector(".mistakes[tabindex]");
    if (mistakes) { mistakes.focus(); }
  });

  /* A filter that is chosen from a list sends its form at once. */
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-send]")) { event.target.form.requestSubmit(); }
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-print]");
    if (button) { window.print(); }
  });
})();
