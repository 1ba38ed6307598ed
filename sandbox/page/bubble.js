// One message as a bubble, with its inline keyboard.

import { h, icon } from "./dom.js";
import { rich, safeUrl } from "./rich.js";
import { say } from "./words.js";

const time = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit", hour12: false });

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function media(message) {
  const url = (file) => `/api/files/${encodeURIComponent(file.file_id)}`;
  if (message.photo) {
    const photo = message.photo.at(-1);
    return h("img", { class: "photo", src: url(photo), alt: message.caption || say("photo"), width: photo.width, height: photo.height });
  }
  if (message.document) {
    const name = h("span", {}, message.document.file_name, h("small", {}, size(message.document.file_size)));
    return h("a", { class: "file", href: url(message.document), download: message.document.file_name }, icon("file"), name);
  }
  if (message.voice) return h("div", { class: "file" }, icon("voice"), h("span", {}, say("voice"), h("small", {}, "0:01")));
  if (message.sticker) return h("div", { class: "sticker", role: "img", "aria-label": say("sticker") }, "🙂");
  if (message.contact) {
    const { first_name, last_name, phone_number } = message.contact;
    const name = [first_name, last_name].filter(Boolean).join(" ");
    return h("div", { class: "file" }, icon("person"), h("span", {}, name, h("small", {}, phone_number)));
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    const title = message.venue ? `${message.venue.title}, ${message.venue.address}` : say("location");
    return h("div", { class: "file" }, icon("out"), h("span", {}, title, h("small", {}, `${latitude}, ${longitude}`)));
  }
  return null;
}

function inlineKeyboard(message, press) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const one = (button) => {
    const kind = ["primary", "success", "danger"].includes(button.style) ? ` ${button.style}` : "";
    if (button.url) {
      const href = safeUrl(button.url);
      return h("a", { class: `key${kind}`, href, target: "_blank", rel: "noopener noreferrer" }, button.text, icon("out"));
    }
    const data = button.callback_data;
    const onclick = (event) => (data ? press(data, event.currentTarget) : navigator.clipboard?.writeText(button.copy_text?.text ?? ""));
    return h("button", { type: "button", class: `key${kind}`, "data-callback": data, onclick }, button.text);
  };
  return h("div", { class: "keys" }, rows.map((row) => h("div", { class: "row" }, row.map(one))));
}

function quoted(original) {
  if (!original) return null;
  return h("blockquote", { class: "quoted" }, (original.text || original.caption || "…").slice(0, 90));
}

export function bubble(stored, press, onCommand) {
  const { message } = stored;
  const side = stored.by_bot ? "from-bot" : "from-citizen";
  if (stored.deleted) return h("div", { class: `message ${side} gone` }, say("deleted"));
  const text = message.text ?? message.caption;
  const protectedContent = Boolean(message.has_protected_content);
  const body = h(
    "div",
    { class: `bubble${protectedContent ? " protected" : ""}` },
    message.forward_origin && h("small", { class: "forwarded" }, say("forwarded")),
    quoted(message.reply_to_message),
    media(message),
    text && h("div", { class: "text" }, rich(text, message.entities ?? message.caption_entities, onCommand)),
    h(
      "div",
      { class: "meta" },
      protectedContent && h("span", { title: say("protected"), "aria-label": say("protected"), role: "img" }, icon("lock")),
      stored.edited && h("span", {}, say("edited")),
      h("time", {}, time(message.date)),
    ),
  );
  if (protectedContent) {
    for (const kind of ["copy", "cut", "contextmenu", "dragstart"]) body.addEventListener(kind, (event) => event.preventDefault());
  }
  const keys = inlineKeyboard(message, press);
  return h("div", { class: `message ${side}`, "data-message": stored.message_id }, body, keys);
}
