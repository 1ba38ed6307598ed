// One citizen's Telegram: the chat with the bot, the keyboards, and everything one can send.

import { bubble } from "./bubble.js";
import { h, icon, iconButton, menu } from "./dom.js";
import { attempt, base64, call, note } from "./server.js";
import { say } from "./words.js";

const TYPING_MS = 5000;
const ANSWER_MS = 10000;
const TOAST_MS = 4000;
const STRANGER = { phone_number: "+998971112233", first_name: "Sherzod" };

export class Chat {
  constructor(citizen, bot) {
    this.citizen = citizen;
    this.bot = bot;
    this.bubbles = new Map();
    this.waiting = new Map();
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": citizen.name, tabindex: "0" });
    this.status = h("small", {});
    this.toasts = h("div", { class: "toasts" });
    this.overlay = h("div", { class: "overlay" });
    this.foot = h("footer", {});
    this.element = h("section", { class: "pane chat", "aria-label": citizen.name }, this.head(), this.log, this.toasts, this.foot, this.overlay);
    this.welcome = this.welcomeCard();
    if (!citizen.messages.length) this.log.append(this.welcome);
    for (const stored of citizen.messages) this.place(stored);
    this.drawStatus();
    this.drawFoot();
    this.toEnd(true);
  }

  get path() {
    return `citizens/${this.citizen.id}`;
  }

  head() {
    const more = iconButton("more", say("more"), null);
    const choices = () => [
      this.citizen.blocked
        ? ["check", say("unblock"), () => attempt("POST", `${this.path}/unblock`)]
        : ["fault", say("block"), () => attempt("POST", `${this.path}/block`)],
    ];
    return h(
      "header",
      {},
      h("span", { class: `avatar hue${this.citizen.id % 6}`, "aria-hidden": "true" }, this.citizen.name[0]),
      h("div", { class: "who" }, h("h2", {}, this.citizen.name), this.status),
      menu(more, choices),
    );
  }

  drawStatus(action = null) {
    const words = [this.citizen.language_code.toUpperCase(), this.citizen.phone].filter(Boolean).join(" · ");
    const doing = action === "typing" ? say("typing") : action ? say("sendingFile") : null;
    this.status.textContent = doing ? `${this.bot.name} ${doing}` : this.citizen.blocked ? say("blocked") : words;
    this.status.className = doing ? "doing" : "";
  }

  welcomeCard() {
    const mark = h("img", { src: "/page/icon.svg", alt: "", width: "64", height: "64" });
    const description = this.bot.descriptions?.[this.citizen.language_code] || this.bot.descriptions?.[""];
    return h("div", { class: "empty welcome" }, mark, h("b", {}, this.bot.name), h("p", {}, description || say(this.citizen.started ? "noMessages" : "startHint")));
  }

  place(stored) {
    this.welcome.remove();
    const shown = bubble(
      stored,
      (data, button) => this.press(stored.message_id, data, button),
      (command) => this.say({ text: command }),
    );
    const old = this.bubbles.get(stored.message_id);
    if (old) old.replaceWith(shown);
    else this.log.append(shown);
    this.bubbles.set(stored.message_id, shown);
    this.citizen.messages = [...this.citizen.messages.filter((m) => m.message_id !== stored.message_id), stored];
  }

  arrived(stored) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    this.place(stored);
    if (stored.by_bot) this.drawStatus();
    this.toEnd(atEnd || !stored.by_bot);
  }

  deleted(messageId) {
    const stored = this.citizen.messages.find((m) => m.message_id === messageId);
    if (stored) this.place({ ...stored, deleted: true });
  }

  changed(citizen) {
    this.citizen = { ...citizen, messages: this.citizen.messages, commands: this.citizen.commands };
    this.drawStatus();
    this.drawFoot();
  }

  act(action) {
    this.drawStatus(action);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.drawStatus(), TYPING_MS);
  }

  toEnd(wanted) {
    if (wanted) requestAnimationFrame(() => (this.log.scrollTop = this.log.scrollHeight));
  }

  async say(body) {
    const sent = await attempt("POST", `${this.path}/messages`, body);
    return sent !== null;
  }

  async press(messageId, data, button) {
    button.classList.add("waiting");
    const done = () => button.classList.remove("waiting");
    setTimeout(done, ANSWER_MS);
    try {
      const { callback_query_id } = await call("POST", `${this.path}/press`, { message_id: messageId, data });
      this.waiting.set(callback_query_id, done);
    } catch (error) {
      done();
      note(`${say("problem")}: ${error.message}`);
    }
  }

  answered(id, answer) {
    this.waiting.get(id)?.();
    this.waiting.delete(id);
    if (!answer.text) return;
    if (!answer.show_alert) {
      const toast = h("div", { class: "toast", role: "status" }, answer.text);
      this.toasts.replaceChildren(toast);
      setTimeout(() => toast.remove(), TOAST_MS);
      return;
    }
    const close = h("button", { type: "button", class: "main", onclick: () => this.overlay.replaceChildren() }, say("ok"));
    const alert = h("div", { class: "alert", role: "alertdialog", "aria-label": answer.text }, h("p", {}, answer.text), close);
    this.overlay.replaceChildren(alert);
    close.focus();
  }

  drawFoot() {
    const typed = this.foot.querySelector("textarea")?.value ?? "";
    const had = this.foot.contains(document.activeElement) && document.activeElement.tagName === "TEXTAREA";
    const { blocked, started } = this.citizen;
    if (blocked) {
      const unblock = () => attempt("POST", `${this.path}/unblock`);
      this.foot.replaceChildren(h("button", { type: "button", class: "main wide", onclick: unblock }, say("unblock")));
    } else if (!started) {
      const start = () => this.say({ text: "/start" });
      this.foot.replaceChildren(h("button", { type: "button", class: "main wide", onclick: start }, say("start")));
    } else {
      this.foot.replaceChildren(this.composer(typed), this.keyboard() ?? "");
      if (had) this.foot.querySelector("textarea").focus();
    }
    this.toEnd(true);
  }

  composer(typed) {
    const name = `${say("write")}: ${this.citizen.name}`;
    const placeholder = this.citizen.keyboard?.input_field_placeholder || say("write");
    const field = h("textarea", { rows: "1", "aria-label": name, placeholder });
    field.value = typed;
    const grow = () => {
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
    };
    const send = async () => {
      const text = field.value.trim();
      if (text && (await this.say({ text }))) {
        field.value = "";
        const shown = this.foot.querySelector("textarea"); // the foot may have been drawn anew meanwhile
        if (shown) shown.value = "";
        grow();
      }
    };
    field.addEventListener("input", grow);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    });
    const attach = menu(iconButton("attach", say("attach"), null), () => this.attachments());
    const commands = this.citizen.commands?.length ? this.commandMenu() : null;
    return h("div", { class: "composer" }, attach, commands, field, this.keyboardSwitch(), iconButton("send", say("send"), send, { class: "icon-button send" }));
  }

  commandMenu() {
    const choices = () => this.citizen.commands.map(({ command, description }) => [null, `/${command}`, () => this.say({ text: `/${command}` }), description]);
    return menu(iconButton("commands", say("commands"), null), choices);
  }

  keyboardSwitch() {
    if (!this.citizen.keyboard) return null;
    const flip = () => {
      this.citizen.keyboard_hidden = !this.citizen.keyboard_hidden;
      this.drawFoot();
    };
    return iconButton("keyboard", say("keyboard"), flip, { "aria-pressed": String(!this.citizen.keyboard_hidden) });
  }

  keyboard() {
    const markup = this.citizen.keyboard;
    if (!markup || this.citizen.keyboard_hidden) return null;
    const one = (button) => {
      const act = () => this.say(button.request_contact ? { contact: true, button: button.text } : { text: button.text });
      return h("button", { type: "button", class: "key", onclick: act }, button.request_contact && icon("person"), button.text);
    };
    const rows = markup.keyboard.map((row) => h("div", { class: "row" }, row.map(one)));
    return h("div", { class: `reply-keyboard${markup.resize_keyboard ? "" : " tall"}` }, rows);
  }

  attachments() {
    return [
      ["image", say("photo"), () => this.pick("photo", "image/*")],
      ["file", say("document"), () => this.pick("document", "")],
      ["voice", say("voice"), () => this.sendBytes("voice", new Blob(["OggS"]), "voice.oga")],
      ["sticker", say("sticker"), () => this.sendBytes("sticker", new Blob(["RIFF"]), "sticker.webp")],
      ["person", say("ownContact"), () => this.say({ contact: true }), this.citizen.phone],
      ["person", say("otherContact"), () => this.say({ contact: STRANGER }), STRANGER.phone_number],
    ];
  }

  pick(kind, accept) {
    const input = h("input", { type: "file", accept });
    input.addEventListener("change", () => input.files[0] && this.sendBytes(kind, input.files[0], input.files[0].name));
    input.click();
  }

  async sendBytes(kind, blob, file_name) {
    this.say({ [kind]: { content_base64: await base64(blob), file_name, mime_type: blob.type } });
  }
}
