"use strict";
// A photograph that does not load makes way for the drawing behind it.
document.addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLImageElement && event.target.classList.contains("picture__photo")) {
      event.target.hidden = true;
    }
  },
  true,
);
