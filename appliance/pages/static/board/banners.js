// What stands at the top of the board: the connection, and what somebody ought to know.

import { small } from "/look/elements.js";

let seen = ""; // what somebody has read of the reminders

const byId = (id) => document.getElementById(id);

export function say(id, text) {
  byId(id).hidden = !text;
  byId(id).textContent = text || "";
}

/** For all the room to read, with one line more for who comes near. */
export function shout(id, words, more) {
  if (words && byId(id).textContent === words + more) return;
  say(id, words);
  if (words) byId(id).append(small("", more));
}

/** Until somebody has seen it, or it says something else. */
export function remind(text) {
  if (text !== seen) seen = "";
  byId("reminders").hidden = !text || text === seen;
  byId("reminders").firstElementChild.textContent = text;
}

/** How it is with the connection, as a class and in words. */
export function showLink(state, words) {
  byId("link").className = state;
  byId("link").textContent = words;
}

export function watchReminders() {
  byId("reminders").querySelector("button").onclick = () => {
    seen = byId("reminders").firstElementChild.textContent;
    remind(seen);
  };
}
