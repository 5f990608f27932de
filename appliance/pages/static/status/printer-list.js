// Printers on the status page: how they are, for everybody; and for whoever is signed in what is on
// their paper, what asks whether it still should be, and simulated ones to be made to fail.

import { ask } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { whenNew, write } from "/status/drawing.js";
import { keyOf, listed, moment, names, number } from "/status/formats.js";
import { key, post } from "/status/pressing.js";
import { t, told } from "/words/words.js";

const PRINTERS = "/api/v1/kds/printers";
const ASK_AGAIN_MS = 1000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;
const CALM = ["ready", "silent"];

const section = document.getElementById("printers");
const list = section.querySelector(".list");
const said = section.querySelector(".said");
const pathOf = (id, ...parts) => [PRINTERS, encodeURIComponent(id), ...parts].join("/");
let all = []; // How they are, as everybody may know.
let mine = null; // What whoever is signed in sees of them; null for nobody.
let asking = 0;

/** These are all, as `GET /health` has them. */
export function showPrinters(now) {
  all = now;
  show();
  if (all.length && !asking) asking = setTimeout(look, 0);
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
  section.hidden = !all.length;
  const fixed = [all.map(({ id, stations }) => [id, stations]), seen.map(({ id }) => id), mine?.faults];
  whenNew(list, fixed, () => list.replaceChildren(...all.map((printer) => {
    return row(printer, seen.find(({ id }) => id === printer.id));
  })));
  for (const printer of all) {
    const { id, concern, state, why } = printer;
    part(id, ".state").className = `state ${concern}`;
    write(part(id, ".state"), sentence(printer));
    write(part(id, ".why"), why && why !== state ? t("status.details", { why }) : "");
  }
  for (const printer of seen) if (part(printer.id, ".facts")) showMine(printer);
}

/** How a printer is, and what to do about it. */
function sentence(printer) {
  const { state, since, covered_by: other, waiting, asking: toDecide, steps_in_for: others } = printer;
  const facts = [
    t("status.printer.state-since", { state: t(`status.printer.state.${keyOf(state)}`), time: moment(since) }),
    other && t("status.printer.comes-out-at", { printer: other }),
    !other && waiting > toDecide && t("status.printer.waiting", { count: waiting - toDecide }),
    toDecide && t("status.printer.to-decide", { count: toDecide }),
    others.length && t("status.printer.steps-in", { stations: listed(others) }),
  ];
  const toDo = CALM.includes(state) ? "" : t(`status.problem.printer-${keyOf(state)}.do`);
  return [`${facts.filter(Boolean).join("; ")}.`, toDo].filter(Boolean).join(" ");
}

function row({ id, stations }, seen) {
  const where = stations.length ? told("status.at-stations", { stations: names(stations) }).flat() : [];
  const head = element("div", "", element("b", "", name(id)), " ", element("span", "quiet", ...where));
  const item = element("li", "", head, element("p", "state"), element("p", "why quiet"), ...(seen ? tools(seen) : []));
  item.dataset.printer = id;
  return item;
}

function tools({ id }) {
  const { mode, faults } = mine;
  const keys = faults.map((fault) => {
    const words = t(`status.printer.fault.${keyOf(fault)}`);
    const made = button(words, id, pathOf(id, "faults"), () => {
      return { fault, on: made.getAttribute("aria-pressed") !== "true" };
    });
    made.dataset.fault = fault;
    return made;
  });
  const hint = element("p", "quiet", t("status.printer.make-fail"));
  return [
    element("p", "quiet facts"),
    element("ul", "jobs"),
    element("div", "keys", button(t("status.printer.test"), id, pathOf(id, "test"))),
    picture(t("status.printer.preview"), id),
    ...(mode === "simulated" ? [hint, element("div", "keys faults", ...keys), paper(id)] : []),
  ];
}

/** A picture that is fetched when somebody opens it. */
function picture(words, id) {
  const details = element("details", "", element("summary", "", words));
  details.addEventListener("toggle", () => {
    if (details.open) details.append(image(`${words}: ${id}`, pathOf(id, "preview.svg")));
    else details.querySelector("img")?.remove();
  });
  return details;
}

/** What it printed last: a roll that is scrolled. */
function paper(id) {
  const shown = image(t("status.printer.printed-last", { printer: id }), "");
  shown.hidden = true; // Until there is something, and whoever looks may see it.
  shown.onload = () => { shown.hidden = false; };
  shown.onerror = () => { shown.hidden = true; };
  const roll = element("div", "paper", shown);
  roll.tabIndex = 0; // By keyboard it is scrolled, too.
  roll.setAttribute("role", "region");
  roll.setAttribute("aria-label", shown.alt);
  return roll;
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
    model, transport, t("status.printer.printed", { count: number(printed) }),
    reprinted && t("status.printer.reprinted", { count: number(reprinted) }),
    handed && t("status.printer.handed-over", { count: number(handed) }),
    dropped && t("status.printer.dropped", { count: number(dropped) }),
  ];
  write(part(id, ".facts"), facts.filter(Boolean).join(" · "));
  for (const made of list.querySelectorAll(`[data-printer="${CSS.escape(id)}"] [data-fault]`)) {
    const pressed = String(printer.faults.includes(made.dataset.fault));
    if (made.getAttribute("aria-pressed") !== pressed) made.setAttribute("aria-pressed", pressed);
  }
  const roll = part(id, ".paper img");
  const newest = pathOf(id, `paper.svg?printed=${printed}`);
  if (roll && printed && roll.getAttribute("src") !== newest) roll.src = newest;
}

/** Those that ask whether they still should be printed. */
function showJobs({ id }, jobs) {
  const place = part(id, ".jobs");
  const toDecide = (jobs ?? []).filter(({ state }) => state === "asks");
  if (!place) return;
  whenNew(place, toDecide.map((job) => job.id), () => {
    const lines = toDecide.map((job) => {
      const of = job.name ?? job.order_id ?? job.kind;
      const words = told("status.printer.chit-of", { name: name(of), time: moment(job.made_at) });
      return element("li", "", element("span", "", ...words), choice(id, of, job.id));
    });
    if (lines.length > 1) {
      const every = t("status.printer.all", { count: lines.length });
      lines.unshift(element("li", "", element("b", "", every), choice(id, every)));
    }
    place.replaceChildren(...lines);
  });
}

function choice(id, about, ...path) {
  return element("span", "keys",
    button(t("status.printer.print"), `${id}, ${about}`, pathOf(id, "jobs", ...path, "print")),
    button(t("status.printer.throw-away"), `${id}, ${about}`, pathOf(id, "jobs", ...path, "drop")));
}

/** A button that asks the appliance for something; `body()` is what is sent, if anything. */
function button(words, about, path, body) {
  return key(async () => {
    await post(said, `${about}, ${words}`, path, body?.(), ANSWER_MS, () => t("status.outcome.done"));
    look();
  }, words);
}

function part(id, selector) {
  return list.querySelector(`[data-printer="${CSS.escape(id)}"] ${selector}`);
}
