"use strict";
// A file that is too large is refused before it travels: what stands in front of us would answer without a page.
for (const field of document.querySelectorAll("input[type=file][data-megabytes]")) {
  field.addEventListener("change", () => {
    const { megabytes } = field.dataset;
    const isTooLarge = [...field.files].some((file) => file.size > megabytes * 1024 * 1024);
    field.setCustomValidity(isTooLarge ? `Choose a file of at most ${megabytes} MB.` : "");
    field.reportValidity();
  });
}
