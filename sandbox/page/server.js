// Talking to the sandbox: its control API, and the stream of what happens there.

import { h } from "./dom.js";
import { say } from "./words.js";

export async function call(method, path, body) {
  const answer = await fetch(`/api/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error || answer.statusText);
  return result;
}

// For a click: does it, and says in a passing note why it could not be done.
export async function attempt(method, path, body) {
  try {
    return await call(method, path, body);
  } catch (error) {
    note(`${say("problem")}: ${error.message}`);
    return null;
  }
}

export function note(text) {
  const shown = h("div", { class: "note", role: "alert" }, text);
  document.body.append(shown);
  setTimeout(() => shown.remove(), 5000);
}

const KINDS = ["hello", "message", "edited", "deleted", "citizen", "action", "answer", "bot", "sms", "faults", "reset"];

// Reconnects by itself; `onLost` and `hello` tell when it is gone and when it is back.
export function listen(handlers, onLost) {
  const source = new EventSource("/api/events");
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => handlers[kind]?.(JSON.parse(event.data)));
  }
  source.onerror = () => {
    onLost();
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(handlers, onLost), 1000);
  };
}

export const base64 = (blob) =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] || "");
    reader.readAsDataURL(blob);
  });
