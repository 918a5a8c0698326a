// What is typed into a form with a draft is kept on the server. The form has a button for it as well.
"use strict";
(() => {
  const WAIT_MS = 3_000;
  const form = document.querySelector("form[data-draft]");
  const saved = document.querySelector("[data-saved]");
  let timer;

  const keep = async () => {
    clearTimeout(timer);
    timer = undefined;
    const body = new URLSearchParams(new FormData(form));
    body.set("quietly", "yes");
    const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: true })
      .catch(() => null);
    if (answer?.status === 204) saved.textContent = saved.dataset.saved;
  };
  form?.addEventListener("input", () => {
    saved.textContent = "";
    timer ??= setTimeout(keep, WAIT_MS);
  });
  // Whoever sends the form sends the words with it; whoever leaves otherwise has them kept.
  form?.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("pagehide", () => timer && keep());
  document.getElementById("preview")?.focus();
})();
