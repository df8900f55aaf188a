"use strict";
// What every page shares: problems of a request in the background are told, not swallowed.
(() => {
  const told = () => document.getElementById("told");
  const tell = (text, kind) => {
    const place = told();
    if (!place) return;
    place.textContent = "";
    const note = document.createElement("p");
    note.className = kind;
    note.textContent = text;
    place.append(note);
    if (kind !== "bad") setTimeout(() => note.remove(), 4000);
  };
  window.thirdring = { tell };
  const zh = document.documentElement.lang.startsWith("zh");
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    const words = [...page.querySelectorAll("#main .card p, p.bad")].map((one) => one.textContent.trim());
    tell(words.find(Boolean) || `${answer.status}`, "bad");
  });
  document.addEventListener("htmx:sendError", () => {
    tell(zh ? "连不上服务器，刚才的改动没有保存。" : "The server cannot be reached; the last change is not saved.", "bad");
  });
  // A search by Enter leaves its field, so that j and k go to what it found.
  document.addEventListener("submit", (event) => {
    const field = document.activeElement;
    if (event.target.matches("form.filters") && field && field.matches("input")) field.blur();
  });
  // Lists by keys: / to the first field of the filters, j and k from row to row, Enter opens.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "Escape" && typing) typing.blur();
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const field = document.querySelector("form.filters input[name=q], form.filters input");
    if (event.key === "/" && field) { event.preventDefault(); field.focus(); field.select(); return; }
    if ((event.key !== "j" && event.key !== "k") || document.querySelector("fieldset.question")) return;
    const rows = [...document.querySelectorAll("main tbody tr td:first-child a")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement), step = event.key === "j" ? 1 : -1;
    rows[Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
  });
})();
