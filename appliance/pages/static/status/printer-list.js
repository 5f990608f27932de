// Printers on the status page: how they are, for everybody; and for whoever is signed in what is on
// their paper, what asks whether it still should be, and simulated ones to be made to fail.

import { ask, within } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { sentence } from "/board/printers.js";
import { hour } from "/live/time.js";

const PRINTERS = "/api/v1/kds/printers";
const ASK_AGAIN_MS = 1000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;

const byId = (id) => document.getElementById(id);
const pathOf = (id, ...parts) => [PRINTERS, encodeURIComponent(id), ...parts].join("/");
let told = []; // How they are, as everybody may know.
let mine = null; // What whoever is signed in sees of them; null for nobody.
let structure = "";
let asking = 0;

/** These are all, as `GET /health` has them. */
export function showPrinters(all) {
  told = all;
  show();
  if (told.length && !asking) asking = setTimeout(look, 0);
}

async function look() {
  clearTimeout(asking);
  const answer = await ask(PRINTERS, ANSWER_MS);
  if (answer !== undefined) mine = answer;
  show();
  const jobs = (mine?.printers ?? []).map(async (printer) => {
    showJobs(printer, printer.asking ? await ask(pathOf(printer.id, "jobs"), ANSWER_MS) : []);
  });
  await Promise.all(jobs);
  clearTimeout(asking);
  asking = setTimeout(look, mine ? ASK_AGAIN_MS : SIGNED_OUT_MS);
}

function show() {
  const seen = mine?.printers ?? [];
  byId("printers").hidden = !told.length;
  // What does not change by itself stays: a finger may be on it.
  const fixed = [told.map(({ id, stations }) => [id, stations]), seen.map(({ id }) => id), mine?.faults];
  if (JSON.stringify(fixed) !== structure) {
    structure = JSON.stringify(fixed);
    byId("printer-list").replaceChildren(...told.map((printer) => {
      return row(printer, seen.find(({ id }) => id === printer.id));
    }));
  }
  for (const printer of told) {
    const state = part(printer.id, ".state");
    state.className = `state ${printer.concern}`;
    write(state, sentence(printer));
  }
  for (const printer of seen) if (part(printer.id, ".facts")) showMine(printer);
}

function row({ id, stations }, seen) {
  const item = element("li", "");
  item.dataset.printer = id;
  const where = element("span", "quiet", stations.length ? ` at ${stations.join(", ")}` : "");
  const head = element("div", "", element("b", "", id), where);
  item.append(head, element("p", "state"), ...(seen ? tools(seen) : []));
  return item;
}

function tools({ id }) {
  const { mode, faults } = mine;
  const test = button("Test page", id, pathOf(id, "test"));
  const keys = faults.map((fault) => {
    const key = button(fault, id, pathOf(id, "faults"), () => {
      return { fault, on: key.ariaPressed !== "true" };
    });
    key.dataset.fault = fault;
    return key;
  });
  const hint = element("span", "quiet", "Make it fail:");
  return [
    element("p", "quiet facts"),
    element("ul", "jobs"),
    element("div", "keys", test),
    picture("What a ticket looks like", id, "preview"),
    ...(mode === "simulated"
      ? [element("div", "keys", hint, ...keys), paper(id)] : []),
  ];
}

/** A picture that is fetched when somebody opens it. */
function picture(words, id, what) {
  const details = element("details", "", element("summary", "", words));
  details.addEventListener("toggle", () => {
    if (details.open) details.append(image(`${words}: ${id}`, pathOf(id, `${what}.svg`)));
    else details.querySelector("img")?.remove();
  });
  return details;
}

/** What it printed last: a roll that is scrolled. */
function paper(id) {
  const shown = image(`What ${id} printed last`, "");
  shown.hidden = true; // Until there is something, and whoever looks may see it.
  shown.onload = () => { shown.hidden = false; };
  shown.onerror = () => { shown.hidden = true; };
  return element("div", "paper", shown);
}

function image(alt, source) {
  const made = document.createElement("img");
  made.alt = alt;
  if (source) made.src = source;
  return made;
}

function showMine(printer) {
  const { id, model, transport, printed, reprinted, handed_over: handed, dropped } = printer;
  const facts = [
    model, transport, `${printed} printed`, reprinted && `${reprinted} of them again`,
    handed && `${handed} handed over`, dropped && `${dropped} thrown away`,
  ];
  write(part(id, ".facts"), facts.filter(Boolean).join(" · "));
  for (const key of document.querySelectorAll(`[data-printer="${CSS.escape(id)}"] [data-fault]`)) {
    const pressed = String(printer.faults.includes(key.dataset.fault));
    if (key.ariaPressed !== pressed) key.ariaPressed = pressed;
  }
  const roll = part(id, ".paper img");
  const newest = pathOf(id, `paper.svg?printed=${printed}`);
  if (roll && printed && roll.getAttribute("src") !== newest) roll.src = newest;
}

/** Those that ask whether they still should be printed. */
function showJobs({ id }, jobs) {
  const list = part(id, ".jobs");
  const ask = (jobs ?? []).filter(({ state }) => state === "asks");
  const now = JSON.stringify(ask.map((job) => job.id));
  if (!list || (list.dataset.jobs ?? "[]") === now) return;
  list.dataset.jobs = now;
  const choice = (words, ...path) => element("span", "keys",
    button("Print", `${id}, ${words}`, pathOf(id, "jobs", ...path, "print")),
    button("Throw away", `${id}, ${words}`, pathOf(id, "jobs", ...path, "drop")));
  const lines = ask.map((job) => {
    const called = job.name ?? job.order_id ?? job.kind;
    const since = ` of ${hour(new Date(job.made_at), new Date())}`;
    return element("li", "", element("span", "", name(called), since), choice(called, job.id));
  });
  const all = `all ${ask.length}`;
  if (ask.length > 1) lines.unshift(element("li", "", element("b", "", all), choice(all)));
  list.replaceChildren(...lines);
}

/** A button that asks the appliance for something; `body()` is what is sent, if anything. */
function button(words, about, path, body) {
  const made = element("button", "", words);
  made.type = "button";
  made.addEventListener("click", () => press(`${about}, ${words}`, path, body?.()));
  return made;
}

async function press(words, path, body) {
  write(byId("printed"), `${words} …`);
  const options = { method: "POST", signal: within(ANSWER_MS) };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  try {
    const answer = await fetch(path, options);
    write(byId("printed"), `${words}: ${answer.ok ? "done" : (await answer.json()).message}`);
  } catch {
    write(byId("printed"), `${words}: nobody answers`);
  }
  look();
}

function part(id, selector) {
  return document.querySelector(`[data-printer="${CSS.escape(id)}"] ${selector}`);
}

/** What has not changed is left alone: it may be being read out. */
function write(where, text) {
  if (where.textContent !== text) where.textContent = text;
}
