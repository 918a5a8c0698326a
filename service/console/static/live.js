// Pages that keep up with what others do and keep what was typed. Each of them works without.
"use strict";
(() => {
  const EVERY_MS = 20_000;
  const WARN_MS = 120_000;
  const said = document.getElementById("said");
  const place = document.querySelector("[data-poll]");

  // Puts fresh HTML into the place; the focus stays on what it was on.
  const put = (html) => {
    const had = place.contains(document.activeElement) && document.activeElement;
    const name = had && had.textContent;
    place.innerHTML = html;
    place.drawnAt = Date.now();
    const buttons = [...place.querySelectorAll("a, button")];
    if (had) (buttons.find((one) => one.textContent === name) ?? buttons[0] ?? place).focus();
  };

  const holds = () => place.querySelector('[data-key="hold"]') !== null;

  // What is new in a list waits until it is asked for; holders and times change where they stand.
  const update = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    let changes = 0;
    const known = new Set();
    for (const facts of fresh.querySelectorAll("[data-case]")) {
      const row = document.querySelector(`#cases [data-case="${CSS.escape(facts.dataset.case)}"]`);
      if (!row) changes += 1;
      else {
        known.add(row);
        if (row.innerHTML !== facts.innerHTML) row.innerHTML = facts.innerHTML;
      }
    }
    for (const row of document.querySelectorAll("#cases [data-case]")) {
      row.closest("li").classList.toggle("gone", !known.has(row));
    }
    const link = document.getElementById("news");
    const text = changes ? link.dataset.text.replace("0", changes) : "";
    if (link.textContent !== text) link.textContent = text;
    link.hidden = !changes;
  };

  let tag = "";
  let askedAt = Date.now();
  const ask = async () => {
    askedAt = Date.now();
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(place.dataset.poll, { headers, redirect: "manual", cache: "no-store" })
      .catch(() => null);
    if (answer?.type === "opaqueredirect") {
      said.textContent = place.dataset.ended;
      clearInterval(timer);
    }
    if (!answer?.ok) return;
    tag = answer.headers.get("ETag");
    const held = holds();
    (place.id === "lease" ? put : update)(await answer.text());
    if (held && !holds()) said.textContent = place.querySelector("p").textContent.trim();
  };
  const clock = () => {
    if (document.hidden) return;
    const left = place.querySelector("[data-seconds]")?.dataset.seconds;
    const remaining = left === undefined ? Infinity : left * 1000 - (Date.now() - place.drawnAt);
    const warning = place.querySelector("[data-lapse]");
    if (warning && remaining <= WARN_MS) warning.hidden = false;
    // A lease that has just ended is asked about once at once.
    if (remaining <= 0 && place.lapsedAt !== place.drawnAt) {
      place.lapsedAt = place.drawnAt;
      ask();
    } else if (Date.now() - askedAt >= EVERY_MS) ask();
  };
  let timer;
  if (place) {
    place.drawnAt = Date.now();
    timer = setInterval(clock, 1_000);
    document.addEventListener("visibilitychange", clock);
  }

  // To hold a case for longer, or again, leaves the page as it is.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.swap !== place?.id || !("held" in place.dataset)) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    delete form.dataset.sent;
    if (!answer) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(place.id);
    said.textContent = (page.getElementById("said")?.textContent || page.getElementById("problem")?.textContent || "").trim();
    if (!fresh) return ask();
    tag = "";
    put(fresh.innerHTML);
  });

  // What was typed is kept in this tab until it was taken.
  const kept = (field) => `${location.pathname}#${field.id}`;
  const wasTaken = new URLSearchParams(location.search).has("said");
  for (const id of wasTaken ? JSON.parse(sessionStorage.sent ?? "[]") : []) sessionStorage.removeItem(id);
  for (const field of document.querySelectorAll("[data-keep]")) {
    const words = sessionStorage.getItem(kept(field));
    if (words && !field.value) {
      field.value = words;
      field.closest("details")?.setAttribute("open", "");
    }
    field.addEventListener("input", () => sessionStorage.setItem(kept(field), field.value));
    field.form.addEventListener("submit", () => {
      sessionStorage.sent = JSON.stringify([kept(field)]);
    });
  }
})();
