// Pictures of evidence are fetched when they are asked for, one at a time, and let go on leaving.
"use strict";
(() => {
  let open = null;

  const veil = () => {
    if (!open) return;
    const { button, look } = open;
    open = null;
    for (const frame of look.querySelectorAll(".frame")) frame.remove();
    for (const figure of look.querySelectorAll("[data-picture]")) figure.className = "picture";
    look.querySelector("[data-large]").setAttribute("aria-pressed", "false");
    look.hidden = true;
    button.setAttribute("aria-expanded", "false");
    return button;
  };

  const fill = (figure) => {
    const picture = new Image();
    picture.alt = figure.dataset.alt;
    picture.src = figure.dataset.picture;
    const frame = document.createElement("div");
    frame.className = "frame";
    frame.append(picture);
    figure.prepend(frame);
  };

  const show = (button) => {
    const isOpen = open?.button === button;
    veil();
    if (isOpen) return;
    const look = document.getElementById(button.getAttribute("aria-controls"));
    look.querySelectorAll("[data-picture]").forEach(fill);
    look.hidden = false;
    button.setAttribute("aria-expanded", "true");
    open = { button, look };
  };

  const turn = (figure) => {
    const quarters = Number(/turn-(\d)/.exec(figure.className)?.[1] ?? 0);
    figure.classList.remove(`turn-${quarters}`);
    figure.classList.add(`turn-${(quarters + 1) % 4}`);
  };

  const enlarge = (button, look) => {
    const isLarge = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isLarge));
    for (const figure of look.querySelectorAll("[data-picture]")) {
      figure.classList.toggle("large", isLarge);
      const frame = figure.querySelector(".frame");
      // A keyboard scrolls what it can reach.
      if (isLarge) frame.tabIndex = 0;
      else frame.removeAttribute("tabindex");
    }
  };

  for (const button of document.querySelectorAll("[data-look]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("look" in button.dataset) show(button);
    if (!open?.look.contains(button)) return;
    if ("turn" in button.dataset) turn(open.look.querySelector("[data-picture]"));
    if ("large" in button.dataset) enlarge(button, open.look);
    if ("veil" in button.dataset) veil()?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const isInside = open?.look.contains(document.activeElement);
    const button = veil();
    if (isInside) button.focus();
  });
  addEventListener("pagehide", veil);
  document.addEventListener("visibilitychange", () => document.hidden && veil());
})();
