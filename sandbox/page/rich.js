// Text with entities as elements. Telegram's offsets are UTF-16 units, and so are JavaScript's.

import { h } from "./dom.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};
const SAFE = /^(https?|tg|mailto|tel):/i;

export function safeUrl(url) {
  const full = /^[a-z]+:/i.test(url) ? url : `https://${url}`;
  return SAFE.test(full) ? full : null;
}

function link(url, children) {
  const href = safeUrl(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, children) : h("span", {}, children);
}

function wrap(entity, shown, children, onCommand) {
  if (TAGS[entity.type]) return h(TAGS[entity.type], {}, children);
  if (entity.type === "spoiler") {
    const reveal = (event) => event.currentTarget.classList.add("shown");
    return h("span", { class: "spoiler", tabindex: "0", onclick: reveal, onfocus: reveal }, children);
  }
  if (entity.type === "text_link") return link(entity.url, children);
  if (entity.type === "url") return link(shown, children);
  if (entity.type === "email") return link(`mailto:${shown}`, children);
  if (entity.type === "phone_number") return link(`tel:${shown.replace(/[^+\d]/g, "")}`, children);
  if (entity.type === "bot_command" && onCommand) {
    return h("button", { type: "button", class: "command", onclick: () => onCommand(shown) }, children);
  }
  if (entity.type === "mention" || entity.type === "hashtag") return h("span", { class: "mention" }, children);
  return h("span", {}, children);
}

export function rich(text, entities = [], onCommand = null) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  let next = 0;
  const until = (start, end) => {
    const nodes = [];
    let at = start;
    while (next < sorted.length && sorted[next].offset < end) {
      const entity = sorted[next++];
      if (entity.offset < at) continue; // overlaps without nesting: Telegram splits these, the page leaves them out
      if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
      const last = Math.min(end, entity.offset + entity.length);
      nodes.push(wrap(entity, text.slice(entity.offset, last), until(entity.offset, last), onCommand));
      at = last;
    }
    if (at < end) nodes.push(text.slice(at, end));
    return nodes;
  };
  return until(0, text.length);
}
