"use strict";
// The player of a call: waves of both legs, marks in lanes below them, the story beside, keys.
(() => {
  const box = document.getElementById("player");
  if (!box) return;
  const names = document.getElementById("lane-names").dataset;
  const lanes = document.getElementById("lanes");
  const story = document.getElementById("story");
  const show = (name) => box.querySelector(`[data-show="${name}"]`);
  const control = (name) => box.querySelector(`[data-do="${name}"]`);
  const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
  const QUIET = 0.02, QUIET_S = 1.2;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let call = null, wave = null, quiet = [], seen = [0, 1], stopAt = null;

  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}.${Math.floor((s * 10) % 10)}`;
  const now = () => (wave ? wave.getCurrentTime() : 0);
  const length = () => call.duration / 1000;

  // Silence of both legs, longer than a breath: what "skip silence" leaves out.
  const silences = () => {
    const found = [], steps = call.caller.length, per = steps ? length() / steps : 1;
    let began = null;
    for (let at = 0; at <= steps; at += 1) {
      const still = at < steps && call.caller[at] < QUIET && call.house[at] < QUIET;
      if (still && began === null) began = at;
      if (!still && began !== null) {
        if ((at - began) * per > QUIET_S) found.push([began * per + 0.3, at * per - 0.2]);
        began = null;
      }
    }
    return found;
  };

  const go = (s, play) => {
    const to = Math.min(Math.max(s, 0), Math.max(length() - 0.01, 0));
    if (wave) wave.setTime(to);
    follow(to);
    if (play && wave && box.dataset.sound) wave.play().catch(refused);
  };
  const refused = (problem) => {
    if (problem && problem.name === "AbortError") return;
    window.thirdring.tell(document.documentElement.lang.startsWith("zh") ? "录音无法播放，请重新打开页面。" : "The recording cannot be played; open the page again.", "bad");
  };

  // ---- lanes of marks ------------------------------------------------------------------------
  const laneOf = (kind) => ({ key: "heard", fault: "step", window: "heard", "rule kept": "rule", "rule broken": "rule" })[kind] || kind;
  const draw = () => {
    lanes.textContent = "";
    const rows = {};
    for (const name of ["step", "line", "heard", "agent", "rule", "comment"]) {
      if (!call.marks.some((mark) => laneOf(mark.kind) === name)) continue;
      const row = document.createElement("div"), title = document.createElement("span");
      row.className = `lane ${name}`;
      title.className = "lanename";
      title.textContent = names[name];
      row.append(title);
      lanes.append(row);
      rows[name] = row;
    }
    for (const mark of call.marks) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `mark ${mark.kind} ${mark.who}`;
      button.dataset.hear = mark.from;
      button.dataset.from = mark.from;
      if (mark.to !== null) button.dataset.to = mark.to;
      button.title = `${clock(mark.from / 1000)} ${mark.text}`;
      button.setAttribute("aria-label", button.title);
      const words = document.createElement("span");
      words.textContent = mark.text;
      button.append(words);
      rows[laneOf(mark.kind)].append(button);
    }
    place();
  };
  const place = () => {
    const [first, last] = seen, wide = Math.max(last - first, 0.001);
    for (const row of lanes.children) {
      let edge = null;
      for (const button of row.querySelectorAll(".mark")) {
        const from = Number(button.dataset.from) / 1000;
        const to = button.dataset.to ? Number(button.dataset.to) / 1000 : from;
        const left = ((from - first) / wide) * 100, right = ((to - first) / wide) * 100;
        button.hidden = right < 0 || left > 100;
        button.style.left = `${Math.max(left, 0)}%`;
        button.style.width = `${Math.max(Math.min(right, 100) - Math.max(left, 0), 0)}%`;
        if (edge) edge.style.setProperty("--room", `${Math.max(left - parseFloat(edge.style.left), 0)}%`);
        edge = button;
      }
    }
  };

  const regions = (plugin) => {
    plugin.clearRegions();
    const add = (from, to, name, kind) => {
      const label = document.createElement("span");
      label.textContent = name;
      plugin.addRegion({ start: from / 1000, end: (to === null ? call.duration : to) / 1000, color: colour(kind), content: label, drag: false, resize: false });
    };
    for (const [from, to, why] of call.gaps) add(from, to, names[why] || names.stopped, "--span-gap");
    for (const [from, to] of call.held) add(from, to, names.held, "--span-held");
    for (const span of call.spans) add(span.from, span.to, span.text, span.kind === "talk_over" ? "--span-over" : "--span-dead");
  };

  // ---- following -----------------------------------------------------------------------------
  let current = null;
  const follow = (s) => {
    const ms = s * 1000;
    show("time").textContent = `${clock(s)} / ${clock(length())}`;
    for (const field of document.querySelectorAll("[data-now]")) field.value = Math.round(ms);
    for (const field of document.querySelectorAll("[data-now-text]")) field.textContent = clock(s);
    if (!story) return;
    let found = null;
    for (const line of story.children) if (Number(line.dataset.from) <= ms + 20) found = line;
    if (found === current) return;
    if (current) current.removeAttribute("aria-current");
    current = found;
    if (!current) return;
    current.setAttribute("aria-current", "true");
    const list = story.getBoundingClientRect(), line = current.getBoundingClientRect();
    if (line.top < list.top || line.bottom > list.bottom) story.scrollTop += line.top - list.top - 60;
  };

  const start = () => {
    const plugin = window.WaveSurfer.Regions.create();
    const audio = new Audio();
    audio.preload = "none";
    if (box.dataset.sound) audio.src = box.dataset.sound;
    const leg = (name) => ({ waveColor: colour(name), progressColor: colour(`${name}-heard`) });
    const flat = new Array(Math.max(Math.round(length() * 10), 2)).fill(0);
    wave = window.WaveSurfer.create({
      container: "#wave", media: audio, height: 52, cspNonce: box.dataset.nonce, cursorColor: colour("--bad"), cursorWidth: 2,
      peaks: call.caller.length ? [call.caller, call.house] : [flat, flat], duration: length(), maxPeak: 1, dragToSeek: true, autoScroll: true, autoCenter: true,
      splitChannels: [leg("--caller"), leg("--house")], plugins: [plugin],
    });
    wave.on("ready", () => { regions(plugin); visible(); box.dataset.ready = "yes"; });
    wave.on("redraw", visible);
    wave.on("scroll", (first, last) => { seen = [first, last]; place(); });
    wave.on("timeupdate", (s) => { follow(s); leap(s); });
    wave.on("interaction", () => { stopAt = null; });
    wave.on("play", () => { control("toggle").textContent = names.stop; });
    wave.on("pause", () => { control("toggle").textContent = names.play; });
    wave.on("error", refused);
    box.wave = wave;
    box.call = call;
  };
  const visible = () => {
    const zoom = Number(control("zoom").value), wide = document.getElementById("wave").clientWidth;
    const span = zoom ? Math.min(wide / zoom, length()) : length();
    const first = zoom ? wave.getScroll() / zoom : 0;
    seen = [first, first + span];
    place();
  };
  const leap = (s) => {
    if (stopAt !== null && s >= stopAt) { stopAt = null; wave.pause(); return; }
    if (!control("skip").checked || !wave.isPlaying()) return;
    const found = quiet.find(([from, to]) => s > from && s < to - 0.1);
    if (found) wave.setTime(found[1]);
  };

  // ---- doing ---------------------------------------------------------------------------------
  const beside = (way) => {
    const at = now() * 1000;
    const places = [...new Set(call.marks.filter((mark) => mark.kind !== "window").map((mark) => mark.from))].sort((a, b) => a - b);
    const to = way > 0 ? places.find((one) => one > at + 60) : places.reverse().find((one) => one < at - 400);
    if (to !== undefined) go(to / 1000, false);
  };
  const speed = (step) => {
    const list = control("speed"), at = SPEEDS.indexOf(Number(list.value)) + step;
    if (SPEEDS[at] === undefined) return;
    list.value = String(SPEEDS[at]);
    wave.setPlaybackRate(SPEEDS[at], true);
  };
  const acts = {
    toggle: () => { if (wave && box.dataset.sound) wave.playPause().catch(refused); },
    back: () => go(now() - 5, false),
    on: () => go(now() + 5, false),
    previous: () => beside(-1),
    next: () => beside(1),
  };
  const keys = {
    " ": acts.toggle, ArrowLeft: acts.back, ArrowRight: acts.on, n: acts.next, p: acts.previous,
    "[": () => speed(-1), "]": () => speed(1),
    s: () => { control("skip").checked = !control("skip").checked; },
    c: () => { const field = document.getElementById("comment-text"); if (field) field.focus(); },
  };
  // ---- the form by keys: j and k go from question to question, digits answer, e plays the evidence ----
  const questions = () => [...document.querySelectorAll("fieldset.question:not([hidden])")];
  const here = () => document.querySelector("fieldset.question.here:not([hidden])");
  const ask = (step) => {
    const all = questions();
    if (!all.length) return;
    const at = all.indexOf(here()), next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    for (const one of all) one.classList.toggle("here", one === next);
    next.scrollIntoView({ block: "center" });
  };
  const answer = (digit) => {
    const choices = here() ? here().querySelectorAll("input[type=radio]") : [];
    if (choices[digit - 1]) choices[digit - 1].click();
  };
  let standing = null;
  document.addEventListener("htmx:beforeSwap", () => { standing = here() && here().id; });
  document.addEventListener("htmx:afterSettle", () => {
    const field = standing && document.getElementById(standing);
    if (field) field.classList.add("here");
  });
  keys.j = () => ask(1);
  keys.k = () => ask(-1);
  keys.e = () => {
    const proofs = here() ? [...here().querySelectorAll(".machine [data-hear]")] : [];
    const last = proofs.findIndex((one) => one.hasAttribute("data-heard")), next = proofs[(last + 1) % proofs.length];
    if (!next) return;
    for (const one of proofs) one.toggleAttribute("data-heard", one === next);
    next.click();
  };
  for (let digit = 1; digit <= 9; digit += 1) keys[String(digit)] = () => answer(digit);

  // Hand the score in, or once that is done take the next call; what is missing is gone to.
  const finish = () => {
    const button = document.querySelector("[data-finish]"), missing = document.querySelector("#unmet a");
    if (button && !button.disabled) button.click();
    else if (missing) {
      const field = document.querySelector(missing.getAttribute("href"));
      for (const one of questions()) one.classList.toggle("here", one === field);
      if (field) field.scrollIntoView({ block: "center" });
      window.thirdring.tell(document.getElementById("unmet").textContent.trim(), "warn");
    }
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=range]):not([type=radio]), textarea, select");
    if (event.key === "Escape" && typing) typing.blur();
    if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); finish(); return; }
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key] || !call) return;
    if (event.key === " " && event.target.closest("button, summary, a")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("input")) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("click", (event) => {
    const hear = event.target.closest("[data-hear]"), act = event.target.closest("button[data-do]");
    const pin = event.target.closest("[data-pin]"), clip = event.target.closest("[data-clip-set]");
    if (pin && call) {
      const field = pin.form.elements.at_ms;
      field.value = Math.round(now() * 1000);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (clip && call) {
      const name = clip.dataset.clipSet;
      clip.form.elements[`${name}_ms`].value = Math.round(now() * 1000);
      clip.form.querySelector(`[data-clip="${name}"]`).textContent = clock(now());
    } else if (hear && call) {
      stopAt = hear.dataset.until ? Number(hear.dataset.until) / 1000 : null;
      go(Number(hear.dataset.hear) / 1000, true);
    } else if (act && call && acts[act.dataset.do]) acts[act.dataset.do]();
  });
  control("speed").addEventListener("change", (event) => wave && wave.setPlaybackRate(Number(event.target.value), true));
  control("zoom").addEventListener("input", (event) => { if (wave) { wave.zoom(Number(event.target.value)); visible(); } });
  new ResizeObserver(() => wave && call && visible()).observe(lanes);

  const load = async () => {
    const answer = await fetch(box.dataset.waves, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  document.body.addEventListener("marks-changed", async () => { call = await load(); box.call = call; draw(); follow(now()); });
  const begin = async () => {
    try { call = await load(); } catch (problem) { refused(problem); return; }
    quiet = silences();
    draw();
    start();
    follow(0);
    const at = Number(new URLSearchParams(location.search).get("at"));
    if (at) go(at / 1000, false);
  };
  begin();
})();
