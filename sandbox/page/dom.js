// Building elements by hand: text only ever goes in as text, so nothing a citizen writes can become markup.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  send: "M3 11.5 21 3l-6 18-3.5-7.5z",
  attach: "M8 12.5 14.5 6a3.2 3.2 0 0 1 4.5 4.5l-8 8a5 5 0 0 1-7-7l7.5-7.5",
  commands: "M15 4 9 20",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  more: "M12 5.5v1M12 11.5v1M12 17.5v1",
  phone: "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zM11 18h2",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20a8 8 0 0 1 16 0",
  add: "M12 5v14M5 12h14",
  fault: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
  out: "M8 16 17 7M9 7h8v8",
  check: "M5 13l4 4L19 7",
  image: "M4 5h16v14H4zM8.5 10.5h.01M5 18l5-5 3 3 3-3 3 3",
  voice: "M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 12a6 6 0 0 0 12 0M12 18v3",
  sticker: "M12 3a9 9 0 1 0 9 9h-5a4 4 0 0 1-4-4zM12 3l9 9M8.5 13s1 2.5 3.5 2.5",
};

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "hidden" || name === "disabled" || name === "checked") element[name] = Boolean(value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...attributes }, icon(name));
}

// A list of choices under a button; closes on a choice, on Escape, and on a click elsewhere.
export function menu(button, choices) {
  const list = h("div", { class: "menu", role: "menu", hidden: true });
  const close = () => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const open = () => {
    list.replaceChildren(
      ...choices().map(([name, label, act, note]) =>
        h(
          "button",
          {
            type: "button",
            role: "menuitem",
            onclick: () => {
              close();
              act();
            },
          },
          name && icon(name),
          h("span", {}, label, note && h("small", {}, note)),
        ),
      ),
    );
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    list.querySelector("button")?.focus();
  };
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => (list.hidden ? open() : close()));
  const box = h("div", { class: "menu-box" }, button, list);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      close();
      button.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) close();
  });
  return box;
}

export function dialog(title, build) {
  const box = h("dialog", { "aria-label": title });
  const close = () => {
    box.close();
    box.remove();
  };
  box.append(h("h2", {}, title), build(close));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return close;
}
