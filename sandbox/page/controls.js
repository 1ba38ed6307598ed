// Around the chats: adding a citizen, and switching faults on and off.

import { dialog, h } from "./dom.js";
import { attempt } from "./server.js";
import { say } from "./words.js";

const TELEGRAM = ["blocked", "too_many_requests", "server_error", "timeout_before_accept", "timeout_after_accept", "slow"];
const SMS = [
  "failed",
  "undelivered",
  "too_many_requests",
  "server_error",
  "timeout_before_accept",
  "timeout_after_accept",
  "slow",
  "not_mobile",
  "slow_callback",
  "lost_callback",
  "duplicate_callback",
  "out_of_order_callback",
];
const OWN_WORDS = { blocked: "blockedFault", failed: "failedFault", undelivered: "undeliveredFault" };
const faultWords = (kind) => say(OWN_WORDS[kind] ?? kind);

const field = (label, input) => h("label", { class: "field" }, h("span", {}, label), input);
const options = (pairs) => pairs.map(([value, label]) => h("option", { value }, label));

export function addCitizen() {
  dialog(say("addCitizen"), (close) => {
    const name = h("input", { name: "name", required: true, autocomplete: "off" });
    const phone = h("input", { name: "phone", type: "tel", placeholder: "+998901234567", pattern: "\\+[1-9][0-9]{7,14}", autocomplete: "off" });
    const language = h("select", { name: "language" }, options([["uz", say("uzbek")], ["ru", say("russian")]]));
    const telegram = h("input", { type: "checkbox", name: "telegram", checked: true });
    const submit = async (event) => {
      event.preventDefault();
      const body = { name: name.value.trim(), language_code: language.value, telegram: telegram.checked };
      if (phone.value) body.phone = phone.value;
      if (await attempt("POST", "citizens", body)) close();
    };
    return h(
      "form",
      { onsubmit: submit },
      field(say("name"), name),
      field(say("phone"), phone),
      field(say("telegramLanguage"), language),
      h("label", { class: "check" }, telegram, h("span", {}, say("hasTelegram"))),
      h("div", { class: "buttons" }, h("button", { type: "button", class: "quiet", onclick: close }, say("cancel")), h("button", { class: "main" }, say("add"))),
    );
  });
}

// The list of faults in force lives on in `faults.current`, so that an open dialog follows the server.
export const faults = { current: [], redraw: () => {} };

export function editFaults(citizens) {
  dialog(say("faults"), (close) => {
    const kind = h("select", { name: "kind" }, h("optgroup", { label: "Telegram" }, options(TELEGRAM.map((k) => [`telegram ${k}`, faultWords(k)]))), h("optgroup", { label: "SMS" }, options(SMS.map((k) => [`sms ${k}`, faultWords(k)]))));
    const whom = h("select", { name: "whom" }, options([["", say("everybody")], ...citizens.map((c) => [String(c.id), c.name])]));
    const count = h("input", { name: "count", type: "number", min: "1", inputmode: "numeric" });
    const list = h("ul", { class: "faults" });
    faults.redraw = () => {
      const rows = faults.current.map((fault) => faultRow(fault, citizens));
      list.replaceChildren(...(rows.length ? rows : [h("li", { class: "empty" }, say("noFaults"))]));
    };
    faults.redraw();
    const submit = async (event) => {
      event.preventDefault();
      const [target, chosen] = kind.value.split(" ");
      const citizen = citizens.find((c) => String(c.id) === whom.value);
      const subject = citizen ? (target === "sms" ? citizen.phone : citizen.telegram_id) : null;
      const body = { target, kind: chosen, subject, count: count.value ? Number(count.value) : null };
      await attempt("POST", "faults", body);
    };
    return h(
      "form",
      { onsubmit: submit },
      h("p", { class: "hint" }, say("faultHint")),
      list,
      field(say("what"), kind),
      field(say("whom"), whom),
      field(say("times"), count),
      h("div", { class: "buttons" }, h("button", { type: "button", class: "quiet", onclick: close }, say("close")), h("button", { class: "main" }, say("add"))),
    );
  });
}

function faultRow(fault, citizens) {
  const struck = citizens.find((c) => [String(c.telegram_id), c.phone].includes(fault.subject));
  const words = [fault.target === "sms" ? "SMS" : "Telegram", faultWords(fault.kind), struck?.name ?? fault.subject ?? say("everybody"), fault.count && `× ${fault.count}`];
  const remove = () => attempt("DELETE", `faults/${fault.id}`);
  return h("li", {}, h("span", {}, words.filter(Boolean).join(" · ")), h("button", { type: "button", class: "quiet", onclick: remove }, say("remove")));
}
