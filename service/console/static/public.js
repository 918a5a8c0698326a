// What makes public pages pleasant. Each of them works without.
"use strict";
(() => {
  // A file that is too large is told before it is sent, as a slow line takes minutes for it.
  for (const file of document.querySelectorAll("input[type=file][data-bytes-max]")) {
    const told = document.getElementById(file.dataset.tells);
    file.addEventListener("change", () => {
      const isLarge = [...file.files].some((one) => one.size > Number(file.dataset.bytesMax));
      told.textContent = isLarge ? file.dataset.large : "";
      file.setAttribute("aria-invalid", String(isLarge));
      if (isLarge) file.value = "";
    });
  }
})();
