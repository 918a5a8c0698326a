// What is typed into a form with a draft is kept on the server. The form has a button for it as well.
"use strict";
(() => {
  const PAUSE_MS = 3_000;
  const LONGEST_MS = 15_000;
  const form = document.querySelector("form[data-draft]");
  const saved = document.querySelector("[data-saved]");
  let timer;
  let since;

  const keep = async () => {
    clearTimeout(timer);
    timer = since = undefined;
    const body = new URLSearchParams(new FormData(form));
    body.set("quietly", "yes");
    const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: true })
      .catch(() => null);
    if (answer?.status === 204) saved.textContent = saved.dataset.saved;
  };
  form?.addEventListener("input", () => {
    saved.textContent = "";
    // It is kept, and said, when the typing pauses; and now and then where it does not.
    since ??= Date.now();
    clearTimeout(timer);
    timer = setTimeout(keep, Math.min(PAUSE_MS, since + LONGEST_MS - Date.now()));
  });
  // Whoever sends the form sends the words with it; whoever leaves otherwise has them kept.
  form?.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("pagehide", () => timer && keep());
  if (!document.getElementById("problem")) document.getElementById("preview")?.focus();
})();
