// The phones: what SMS brings to each number, with encoding and segments counted, and a way to answer.

import { h, icon, iconButton } from "./dom.js";
import { attempt } from "./server.js";
import { say } from "./words.js";

const LIMITS = { "GSM-7": [160, 153], "UCS-2": [70, 67] };
const time = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit", hour12: false });

export class Phones {
  constructor(phones) {
    this.phones = new Map(phones.map((row) => [row.phone, { ...row, unread: 0 }]));
    this.chosen = phones.find((row) => row.sms.length)?.phone ?? phones[0]?.phone ?? null;
    this.numbers = h("div", { class: "numbers", role: "group", "aria-label": say("phones") });
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": say("phones"), tabindex: "0" });
    this.foot = h("footer", {});
    this.element = h("section", { class: "pane phone", "aria-label": say("phones") }, h("header", {}, icon("phone"), h("h2", {}, say("phones"))), this.numbers, this.log, this.foot);
    this.draw();
  }

  arrived(sms) {
    const row = this.phones.get(sms.phone) ?? { phone: sms.phone, name: null, sms: [], unread: 0 };
    const known = row.sms.findIndex((one) => one.sid === sms.sid);
    if (known >= 0) row.sms[known] = sms;
    else row.sms.push(sms);
    if (known < 0 && sms.outbound && sms.phone !== this.chosen) row.unread += 1;
    this.phones.set(sms.phone, row);
    if (this.chosen === null || (known < 0 && !this.phones.get(this.chosen).sms.length)) this.choose(sms.phone);
    else this.draw();
  }

  named(citizen) {
    if (!citizen.phone) return;
    const row = this.phones.get(citizen.phone) ?? { phone: citizen.phone, sms: [], unread: 0 };
    if (row.name === citizen.name) return;
    row.name = citizen.name;
    this.phones.set(citizen.phone, row);
    this.chosen ??= citizen.phone;
    this.draw();
  }

  choose(phone) {
    this.chosen = phone;
    this.phones.get(phone).unread = 0;
    this.draw();
  }

  draw() {
    const one = (row) =>
      h(
        "button",
        { type: "button", class: "number", "aria-pressed": String(row.phone === this.chosen), onclick: () => this.choose(row.phone) },
        h("span", {}, row.name ?? row.phone),
        row.name && h("small", {}, row.phone),
        row.unread > 0 && h("span", { class: "badge" }, String(row.unread)),
      );
    this.numbers.replaceChildren(...[...this.phones.values()].map(one));
    const row = this.phones.get(this.chosen);
    const shown = row?.sms.length ? row.sms.map((sms) => this.bubble(sms)) : [h("p", { class: "empty" }, say("noSms"))];
    this.log.replaceChildren(...shown);
    this.drawFoot(row);
    this.toEnd();
  }

  toEnd() {
    requestAnimationFrame(() => {
      this.log.scrollTop = this.log.scrollHeight;
      const pressed = this.numbers.querySelector("[aria-pressed=true]");
      if (pressed) this.numbers.scrollLeft = pressed.offsetLeft - this.numbers.offsetLeft - 14;
    });
  }

  bubble(sms) {
    const [single, part] = LIMITS[sms.encoding];
    const room = sms.segments > 1 ? sms.segments * part : single;
    const counted = `${sms.encoding} · ${sms.units}/${room} · ${sms.segments} ${say("segments")}`;
    const bad = ["failed", "undelivered"].includes(sms.status) ? " bad" : "";
    return h(
      "div",
      { class: `message ${sms.outbound ? "from-bot" : "from-citizen"}`, "data-sms": sms.sid },
      sms.outbound && h("small", { class: "sender" }, sms.sender),
      h("div", { class: "bubble" }, h("div", { class: "text" }, sms.body)),
      h("div", { class: "counted" }, h("span", {}, counted), h("span", { class: `state${bad}` }, say(sms.status)), h("time", {}, time(sms.created_at))),
    );
  }

  drawFoot(row) {
    if (!row) return this.foot.replaceChildren();
    const old = this.foot.querySelector("input");
    if (old && this.foot.dataset.phone === row.phone) return;
    this.foot.dataset.phone = row.phone;
    const field = h("input", { type: "text", "aria-label": `${say("writeSms")}: ${row.name ?? row.phone}`, placeholder: say("writeSms") });
    const answer = (text) => text && attempt("POST", `phones/${encodeURIComponent(row.phone)}/sms`, { text });
    const send = () => {
      answer(field.value.trim());
      field.value = "";
    };
    field.addEventListener("keydown", (event) => event.key === "Enter" && send());
    const stop = h("button", { type: "button", class: "quiet", onclick: () => answer("STOP") }, "STOP");
    this.foot.replaceChildren(h("div", { class: "composer" }, stop, field, iconButton("send", say("send"), send, { class: "icon-button send" })));
  }
}
