"use strict";
// A photograph that does not load makes way for the drawing behind it, in browsers that would show it as broken.
const hide = (picture) => {
  if (picture instanceof HTMLImageElement && picture.classList.contains("picture__photo")) picture.hidden = true;
};
document.addEventListener("error", (event) => hide(event.target), true);
for (const picture of document.querySelectorAll(".picture__photo")) {
  if (picture.complete && picture.naturalWidth === 0) hide(picture);
}
