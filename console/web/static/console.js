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
    const words = [...page.querySelectorAll("#main p, p.bad")].map((one) => one.textContent.trim());
    tell(words.find(Boolean) || `${answer.status}`, "bad");
  });
  document.addEventListener("htmx:sendError", () => {
    tell(zh ? "连不上服务器，刚才的改动没有保存。" : "The server cannot be reached; the last change is not saved.", "bad");
  });
})();
