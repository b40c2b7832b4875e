"use strict";
// A list sorts itself when another order is chosen; the button that does it otherwise is not needed then.
for (const form of document.querySelectorAll("[data-submits-itself]")) {
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  for (const menu of form.querySelectorAll("select")) menu.addEventListener("change", () => form.requestSubmit());
  // An empty field says nothing, and has no place in the address.
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  });
}

// A menu closes when the visitor turns to something else.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.filter-menu[open], details.restock[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
