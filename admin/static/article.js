// The article editor: live preview, tabs on a small screen, a jump to a faulty line, and nothing typed is lost.
(function () {
  "use strict";
  const form = document.getElementById("article");
  const state = document.getElementById("state");
  const key = "salomat:article:" + form.dataset.id;
  const fields = () => [...form.elements].filter((field) => /^(uz|ru)\./.test(field.name) && field.type !== "hidden");
  const typed = () => JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value])));
  const before = typed();
  let dirty = !("clean" in form.dataset);
  let asked = 0;

  function open(language) {
    for (const tab of form.querySelectorAll("[data-tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === language));
    }
    for (const pane of form.querySelectorAll(".pane")) pane.classList.toggle("open", pane.dataset.language === language);
  }

  function jump(pane, line) {
    const area = pane.querySelector("textarea[name$='.body']");
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    area.scrollTop = (line - 3) * 24;
  }

  function show(pane, answer) {
    for (const list of pane.querySelectorAll(".problems")) {
      const mine = answer.problems.filter((problem) => problem.field === list.dataset.field);
      list.replaceChildren(...mine.map((problem) => {
        const item = document.createElement("li");
        if (problem.line) {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "jump";
          button.dataset.line = problem.line;
          button.textContent = form.dataset.line.replace("#", problem.line);
          item.append(button, " ");
        }
        item.append(problem.text);
        return item;
      }));
      list.closest(".field").classList.toggle("has-problem", mine.length > 0);
    }
    const language = pane.dataset.language;
    const chat = form.querySelector("[data-preview-of='" + language + "']");
    const unfolded = chat.querySelector("details[open]") !== null;
    chat.innerHTML = answer.html;
    if (unfolded && chat.querySelector("details")) chat.querySelector("details").open = true;
    form.querySelector("[data-words='" + language + "']").textContent = answer.words;
    const count = form.querySelector("[data-count='" + language + "']");
    count.textContent = answer.problems.length;
    count.hidden = answer.problems.length === 0;
  }

  function say(text, bad) {
    state.textContent = text;
    state.classList.toggle("bad", bad);
  }

  async function preview() {
    const turn = ++asked;
    const body = new FormData(form);
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST", body, headers: { Accept: "application/json" }, redirect: "error",
      });
      if (turn !== asked) return;
      if (answer.status === 401 || answer.status === 403) return say(form.dataset.ended, true);
      if (!answer.ok) return say(form.dataset.offline, true);
      const seen = await answer.json();
      let wrong = 0;
      for (const pane of form.querySelectorAll(".pane")) {
        show(pane, seen[pane.dataset.language]);
        wrong += seen[pane.dataset.language].problems.length;
      }
      say(wrong ? form.dataset.wrong.replace("#", wrong) : form.dataset.ready, wrong > 0);
      form.dataset.seen = turn;
    } catch {
      if (turn === asked) say(form.dataset.offline, true);
    }
  }

  let timer;
  form.addEventListener("input", () => {
    dirty = typed() !== before || !("clean" in form.dataset);
    if (dirty) localStorage.setItem(key, typed()); else localStorage.removeItem(key);
    clearTimeout(timer);
    timer = setTimeout(preview, 350);
  });
  form.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    const line = event.target.closest("[data-line]");
    if (tab) open(tab.dataset.tab);
    if (line && line !== form) jump(line.closest(".pane"), Number(line.dataset.line));
  });
  form.querySelector(".tabs").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = [...form.querySelectorAll("[data-tab]")].find((tab) => tab.getAttribute("aria-selected") === "false");
    open(other.dataset.tab);
    other.focus();
  });
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; });

  if (new URLSearchParams(location.search).has("saved")) {
    localStorage.removeItem(key);
    history.replaceState(null, "", location.pathname);
  }
  const kept = localStorage.getItem(key);
  if (kept && kept !== before && "clean" in form.dataset) {
    const bar = document.getElementById("backup");
    bar.classList.remove("d-none");
    document.getElementById("backup-use").addEventListener("click", () => {
      const values = JSON.parse(kept);
      for (const field of fields()) if (field.name in values) field.value = values[field.name];
      bar.classList.add("d-none");
      form.dispatchEvent(new Event("input"));
    });
    document.getElementById("backup-drop").addEventListener("click", () => {
      localStorage.removeItem(key);
      bar.classList.add("d-none");
    });
  }
  document.documentElement.classList.add("scripted");
  open(form.dataset.open);
  preview();
})();
