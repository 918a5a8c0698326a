// What makes pages pleasant. Each of them works without.
"use strict";
(() => {
  const keysOn = document.body.hasAttribute("data-keys");
  const rows = () => [...document.querySelectorAll("[data-row]")];

  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    // From where the focus is, be it inside a row's item; the first and the last are the ends.
    const lies = (row) => document.activeElement.compareDocumentPosition(row);
    const next = by > 0
      ? all.find((row) => lies(row) & Node.DOCUMENT_POSITION_FOLLOWING) ?? all.at(-1)
      : all.findLast((row) => lies(row) & Node.DOCUMENT_POSITION_PRECEDING) ?? all[0];
    next.focus();
  };
  const acts = {
    "?": () => document.getElementById("keys")?.showModal(),
    "/": () => document.getElementById("q")?.focus(),
    q: () => location.assign(document.body.dataset.queue),
    j: () => step(1),
    k: () => step(-1),
    c: () => document.querySelector('[data-key="claim"]')?.focus(),
    h: () => document.querySelector('[data-key="hold"]')?.focus(),
  };
  document.addEventListener("keydown", (event) => {
    if (!keysOn || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // A link that signs in once is a form, as following a link changes nothing.
  document.querySelector("form[data-submit]")?.requestSubmit();

  // Of two clicks one counts; the server holds the same by the form's key.
  document.addEventListener("submit", (event) => {
    if (event.target.method === "dialog") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // Who is about to be signed out hears it two minutes before, and stays by one button.
  const soon = document.querySelector("[data-session]");
  const WARN_MS = 120_000;
  let endsAt = Date.now() + 1000 * (soon?.dataset.session ?? 0);
  const askLeft = async (method) => {
    const answer = await fetch(soon.dataset.left, { method, redirect: "manual", cache: "no-store" })
      .catch(() => null);
    if (answer?.ok) endsAt = Date.now() + 1000 * (await answer.text());
    if (answer && !answer.ok) soon.querySelector("p").textContent = soon.dataset.ended;
    soon.hidden = endsAt - Date.now() > WARN_MS;
  };
  if (soon) setInterval(() => {
    if (soon.hidden && !document.hidden && Date.now() > endsAt - WARN_MS) askLeft("GET");
  }, 1_000);
  // Who stays goes on where they were before the warning's button had the focus.
  let before = null;
  soon?.querySelector("button").addEventListener("focus", (event) => { before = event.relatedTarget; });
  soon?.querySelector("button").addEventListener("click", async () => {
    await askLeft("POST");
    if (soon.hidden) (before?.isConnected ? before : document.getElementById("main")).focus();
  });

  // A slider says its number while it is moved; the form's button asks for what it means.
  for (const slider of document.querySelectorAll("input[type=range]")) {
    const shown = document.querySelector(`output[for="${slider.id}"]`);
    slider.addEventListener("input", () => { if (shown) shown.value = slider.value; });
  }

  // A file that was chosen is shown before it is sent.
  const file = document.querySelector("[data-into]");
  file?.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    document.getElementById(file.dataset.into).value = await chosen.text();
    file.value = "";
  });

  // A page that waits for something asks whether it is there, while somebody looks.
  const waits = document.querySelector("p[data-waits]");
  if (waits) setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok && !(await answer.text()).includes("<p data-waits")) location.reload();
  }, 1000 * waits.dataset.waits);

  // In a narrow window the navigation is one line, and shows the page that is open.
  document.querySelector(".bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // After a form the reader is at what was said, or at what went wrong.
  const said = document.getElementById("said");
  document.getElementById("problem")?.focus();
  if (said?.textContent.trim() && !location.hash) said.focus();
})();
