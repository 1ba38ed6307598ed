// The page: loads what there is, follows what happens, and lays out chats and phones as columns or tabs.

import { Chat } from "./chat.js";
import { addCitizen, editFaults, faults } from "./controls.js";
import { h, icon } from "./dom.js";
import { Phones } from "./phone.js";
import { call, listen } from "./server.js";
import { choose, current, say } from "./words.js";

const top_ = document.getElementById("top");
const tabs = document.getElementById("tabs");
const panes = document.getElementById("panes");
const lost = document.getElementById("lost");

let bot = { name: "Salomat" };
let citizens = new Map();
let chats = new Map();
let phones = null;
let shown = null; // the key of the tab in front: a citizen's id, or "phones"
const unread = new Map();

// What happens while a snapshot is on its way is held back, then played over it: nothing is lost in between.
let heldBack = null;
const hold = (handler) => (data) => (heldBack ? heldBack.push(() => handler(data)) : handler(data));

async function load() {
  if (heldBack) return;
  heldBack = [];
  try {
    await loadAll();
  } catch {
    setTimeout(load, 1000);
  } finally {
    const played = heldBack;
    heldBack = null;
    for (const play of played) play();
  }
}

async function loadAll() {
  const [state, numbers] = await Promise.all([call("GET", "state"), call("GET", "phones")]);
  bot = state.bot;
  faults.current = state.faults;
  citizens = new Map(state.citizens.map((citizen) => [citizen.id, citizen]));
  const onTelegram = state.citizens.filter((citizen) => citizen.telegram_id !== null);
  chats = new Map(onTelegram.map((citizen) => [citizen.id, new Chat(citizen, bot)]));
  phones = new Phones(numbers);
  draw();
}

function draw() {
  document.documentElement.lang = current();
  document.title = say("title");
  lost.textContent = say("lost");
  drawTop();
  const empty = citizens.size === 0 && h("p", { class: "empty" }, say("noCitizens"), h("br"), h("button", { type: "button", class: "main", onclick: addCitizen }, say("addCitizen")));
  const columns = h("div", { id: "chats" }, ...[...chats.values()].map((chat) => chat.element));
  panes.replaceChildren(...(empty ? [empty] : [columns, phones.element]));
  if (shown === null || (shown !== "phones" && !chats.has(shown))) shown = chats.keys().next().value ?? "phones";
  drawTabs();
  for (const chat of chats.values()) chat.toEnd(true);
}

function drawTop() {
  const languages = h("select", { "aria-label": say("language"), onchange: (event) => relabel(event.target.value) }, ...[["uz", "Oʻzbekcha"], ["ru", "Русский"]].map(([value, label]) => h("option", { value }, label)));
  languages.value = current();
  const fault = h("button", { type: "button", class: "quiet", onclick: () => editFaults([...citizens.values()]) }, icon("fault"), h("span", { class: "label" }, say("faults")), faults.current.length > 0 && h("span", { class: "badge" }, String(faults.current.length)));
  fault.setAttribute("aria-label", say("faults"));
  const add = h("button", { type: "button", class: "quiet", "aria-label": say("addCitizen"), onclick: addCitizen }, icon("add"), h("span", { class: "label" }, say("addCitizen")));
  const mark = h("img", { src: "/page/icon.svg", alt: "", width: "32", height: "32" });
  const [name, rest] = say("title").split(": ");
  top_.replaceChildren(mark, h("div", { class: "who" }, h("h1", {}, name, h("span", {}, `: ${rest}`)), h("small", {}, say("tagline"))), fault, add, languages);
}

function relabel(language) {
  choose(language);
  load();
}

function drawTabs() {
  const entries = [...[...chats].map(([id, chat]) => [id, chat.citizen.name.split(" ")[0], chat.element]), ...(phones ? [["phones", "SMS", phones.element]] : [])];
  tabs.replaceChildren(
    ...entries.map(([key, label, element]) => {
      element.classList.toggle("front", key === shown);
      const count = key === shown ? 0 : (unread.get(key) ?? 0);
      return h("button", { type: "button", role: "tab", "aria-selected": String(key === shown), onclick: () => show(key) }, label, count > 0 && h("span", { class: "badge" }, String(count)));
    }),
  );
}

function show(key) {
  shown = key;
  unread.delete(key);
  drawTabs();
  chats.get(key)?.toEnd(true);
  if (key === "phones") phones.toEnd();
}

function missed(key) {
  if (key === shown) return;
  unread.set(key, (unread.get(key) ?? 0) + 1);
  drawTabs();
}

function citizenChanged(citizen) {
  const known = citizens.has(citizen.id);
  citizens.set(citizen.id, citizen);
  if (known) {
    chats.get(citizen.id)?.changed(citizen);
    phones.named(citizen);
  } else {
    refresh();
  }
}

// New people get their chat, everybody the new menu of commands; what is being typed stays.
async function refresh() {
  const state = await call("GET", "state");
  for (const citizen of state.citizens) {
    citizens.set(citizen.id, citizen);
    const chat = chats.get(citizen.id);
    if (chat) {
      chat.citizen.commands = citizen.commands;
      chat.drawFoot();
    } else if (citizen.telegram_id !== null) {
      chats.set(citizen.id, new Chat(citizen, bot));
    }
    phones.named(citizen);
  }
  draw();
}

const handlers = {
  message: ({ citizen_id, message }) => {
    chats.get(citizen_id)?.arrived(message);
    if (message.by_bot) missed(citizen_id);
  },
  edited: ({ citizen_id, message }) => chats.get(citizen_id)?.place(message),
  deleted: ({ citizen_id, message_id }) => chats.get(citizen_id)?.deleted(message_id),
  citizen: ({ citizen }) => citizenChanged(citizen),
  action: ({ citizen_id, action }) => chats.get(citizen_id)?.act(action),
  answer: ({ citizen_id, id, answer }) => chats.get(citizen_id)?.answered(id, answer),
  bot: () => refresh(),
  sms: ({ sms }) => {
    phones?.arrived(sms);
    if (sms.outbound && sms.status === "queued") missed("phones");
  },
  faults: ({ faults: now }) => {
    faults.current = now;
    faults.redraw();
    drawTop();
  },
  reset: () => setTimeout(load),
};
for (const kind of Object.keys(handlers)) handlers[kind] = hold(handlers[kind]);
handlers.hello = () => {
  lost.hidden = true;
  load();
};

listen(handlers, () => (lost.hidden = false));
