// What pages say, in the reader's language: messages by their names, of files beside this one.
//
// `es/board.json` has what the board says in Spanish: `"recall": "Recuperar {name}"` is `board.recall`.
// A message that depends on a count has a form for each plural of its language: `{"one": "1 ticket",
// "other": "{count} tickets"}`. `{name}` stands for a fact.

import { look } from "/look/look.js";

export const LANGUAGES = { en: "English", es: "Español", de: "Deutsch", fr: "Français" };
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];
const AGAIN_MS = 1000;

const messages = new Map();
const language = chosen();
const plurals = new Intl.PluralRules(language);
const formats = new Map(); // Each takes long to make.
const timeZone = known(document.documentElement.dataset.timeZone);

/**
 * Learn what these parts of the messages say (`speak("board", "live")`), and have the page say it: the
 * text of each element with `data-t="board.recall"`, and attributes as `data-t-title="board.move"`.
 * Resolves when that is done, however often it has to be asked for.
 */
export async function speak(...parts) {
  await learnWords(...parts);
  const root = document.documentElement;
  root.lang = language;
  root.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  put(document);
  for (const { content } of document.querySelectorAll("template")) put(content);
}

/** Learn these parts for `t` and `told` alone, where not every page says them. */
export async function learnWords(...parts) {
  const found = await Promise.all(parts.map((part) => learn(language, part)));
  parts.forEach((part, place) => {
    for (const [name, text] of Object.entries(found[place])) messages.set(`${part}.${name}`, text);
  });
}

/** A message as text. */
export function t(name, facts = {}) {
  return parts(name, facts).join("");
}

/** A message as what can be appended to an element: a fact may be an element. */
export function told(name, facts = {}) {
  return parts(name, facts);
}

/** In which language numbers, hours and days are to be written. */
export function spoken() {
  return language;
}

/** A moment as the kitchen's clock has it, whatever this browser's: televisions may have any. */
export function written(at, how) {
  const key = JSON.stringify(how);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(language, { hourCycle: "h23", timeZone, ...how }));
  }
  return formats.get(key).format(new Date(at));
}

/** A time zone, where this browser has heard of it. */
function known(zone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function parts(name, facts) {
  let message = messages.get(name) ?? name;
  if (typeof message === "object") message = message[plurals.select(facts.count)] ?? message.other;
  return message.split(/(\{\w+\})/).map((part) => {
    const [, fact] = /^\{(\w+)\}$/.exec(part) ?? [];
    return fact in facts ? facts[fact] : part;
  }).filter((part) => part !== "");
}

/** That of this browser's look, of the appliance, or else of the browser. */
function chosen() {
  const wanted = [look().language, document.documentElement.dataset.language, ...navigator.languages];
  return wanted.map((each) => each?.split("-")[0]).find((each) => each in LANGUAGES) ?? "en";
}

async function learn(of, part) {
  try {
    const answer = await fetch(`/words/${of}/${part}.json`);
    if (answer.ok) return await answer.json();
  } catch {
    // The appliance is away: a page without words says nothing, so it is asked again.
  }
  await new Promise((done) => { setTimeout(done, AGAIN_MS); });
  return learn(of, part);
}

function put(within) {
  for (const element of within.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const attribute of ["title", "placeholder", "aria-label"]) {
    for (const element of within.querySelectorAll(`[data-t-${attribute}]`)) {
      element.setAttribute(attribute, t(element.getAttribute(`data-t-${attribute}`)));
    }
  }
}
