// The board: every station with its tickets. Draws what link.js hears, and nothing else.

import { draw, name, small, title } from "/card.js";
import { drawCounts } from "/counts.js";
import { act, counts, fire, follow, signIn, undo } from "/link.js";
import { age, lateness, progress, waitsFor } from "/time.js";

const RECALLABLE = 3;
const NOTICE_MS = 15000;
const HASTY_MS = 700; // Two presses within this are one: the second would take back one more.
const NAMED = 5; // Dishes of a warning: enough to see which rule is missing.
const STATES = { in_progress: "cooking", ready: "ready", recalled: "recalled" };
const URGENCY = { urgent: 0, high: 1, normal: 2 };

const byId = (id) => document.getElementById(id);
const tickets = new Map(); // by ticket id: { ticket, card }
const busy = new Set(); // ids of tickets with a press under way
const stations = new Map(); // by station id: what addStation makes
let noticed = 0; // the timer that takes a notice away again
let seen = ""; // what somebody has read of the reminders

const link = follow({
  snapshot(payload) {
    byId("kitchen").textContent = payload.name;
    document.title = `${payload.name} · Expeditor`;
    clear();
    arrange(payload.stations);
    payload.tickets.forEach(put);
    warnOfUnrouted();
  },
  stations: arrange,
  ticket(type, ticket, live) {
    if (live) put(ticket);
    else if (type !== "kds.ticket.updated" || tickets.has(ticket.id)) remove(ticket);
    warnOfUnrouted();
  },
  beat(fault, warnings, reminders) {
    say("warnings", warnings.join("\n"));
    remind(reminders.join("\n"));
    shout("fault", fault && "ORDERS CANNOT BE STORED", fault && fault.message);
  },
  live() {
    document.body.classList.remove("stale");
    byId("stations").inert = false;
    byId("sign-in").hidden = true;
    say("offline", null);
    show("live", "LIVE");
    tick();
  },
  offline(since) {
    document.body.classList.add("stale");
    byId("stations").inert = true;
    const words = "What you see may be old, and cannot be worked on";
    shout("offline", `OFFLINE since ${clock(since)}`, words);
    show("offline", "OFFLINE");
  },
  signedOut() {
    clear();
    byId("sign-in").hidden = false;
    say("offline", null);
    show("connecting", "NOT SIGNED IN");
  },
});

function clear() {
  byId("stations").replaceChildren();
  stations.clear();
  tickets.clear();
  warnOfUnrouted();
}

function say(id, text) {
  byId(id).hidden = !text;
  byId(id).textContent = text || "";
}

/** For all the room to read, with one line more for who comes near. */
function shout(id, words, more) {
  if (words && byId(id).textContent === words + more) return;
  say(id, words);
  if (words) byId(id).append(small("", more));
}

/** What is on a board because no rule takes it: somebody should write one. */
function warnOfUnrouted() {
  const items = [...tickets.values()].flatMap(({ ticket }) => {
    const at = stationOf(ticket).name;
    const unrouted = ticket.items.filter((item) => item.unrouted && item.change !== "deleted");
    return unrouted.map((item) => ({ dish: item.name, at }));
  });
  byId("unrouted").hidden = !items.length;
  const [count, them] = items.length === 1 ? ["1 item", "it"] : [`${items.length} items`, "them"];
  byId("unrouted").replaceChildren(
    `${count} went to `, ...listed(items.map(({ at }) => at), " and "),
    ` because no rule takes ${them}: `, ...listed(items.map(({ dish }) => dish), ", "),
  );
}

/** Each of these texts once; the first few, if they are many. */
function listed(texts, between) {
  const different = [...new Set(texts)];
  const more = different.length > NAMED ? [`${between}…`] : [];
  return [
    ...different.slice(0, NAMED).flatMap((text, place) => [place ? between : "", name(text)]),
    ...more,
  ];
}

/** Until somebody has seen it, or it says something else. */
function remind(text) {
  if (text !== seen) seen = "";
  byId("reminders").hidden = !text || text === seen;
  byId("reminders").firstElementChild.textContent = text;
}

function show(state, words) {
  byId("link").className = state;
  byId("link").textContent = words;
}

function clock(date) {
  return date.toLocaleTimeString([], { hourCycle: "h23", timeStyle: "medium" });
}

/** Give these stations a column each, in this order; any other keeps its own while it has cards. */
function arrange(entries) {
  const others = new Map(stations);
  for (const { id, name, station_type, active } of entries) {
    others.delete(id);
    const station = stations.get(id) ?? addStation(id);
    const pass = station_type === "expo";
    const toRedraw = pass === station.pass ? [] : ticketsOf(station);
    Object.assign(station, { pass, active, name });
    station.section.querySelector(".name").textContent = name;
    const said = document.querySelectorAll(`[data-called="${CSS.escape(id)}"]`);
    for (const elsewhere of said) elsewhere.textContent = name;
    byId("stations").append(station.section);
    toRedraw.forEach(put);
    refresh(station);
  }
  for (const [id, station] of others) {
    if (station.list.children.length) {
      byId("stations").append(station.section);
    } else {
      station.section.remove();
      stations.delete(id);
    }
  }
}

function addStation(id) {
  const section = byId("station").content.cloneNode(true).firstElementChild;
  section.dataset.station = id;
  section.querySelector(".name").textContent = id;
  byId("stations").append(section);
  const station = {
    section,
    name: id,
    pass: false,
    active: false, // Hidden then, but for what is still there.
    list: section.querySelector(".tickets"),
    count: section.querySelector(".count"),
    recall: section.querySelector(".recall"),
    counts: section.querySelector(".counts"),
    counting: false, // they are being asked for
    uncounted: false, // something has changed since
    gone: [],
  };
  section.querySelector(".all-day").onclick = () => {
    station.counts.hidden = !station.counts.hidden;
    recount(station);
  };
  section.querySelector(".undo").onclick = ({ target }) => takeBack(station, target);
  station.recall.querySelector("button").onclick = () => perform(station.gone[0], "recall");
  stations.set(id, station);
  return station;
}

/** What a station is called, as far as that is known here. */
function called(id) {
  return stations.get(id)?.name ?? id;
}

function ticketsOf(station) {
  return [...station.list.children].map(ticketOf);
}

/** The station of a ticket; one that the kitchen no longer has is shown all the same. */
function stationOf(ticket) {
  return stations.get(ticket.station_id) ?? addStation(ticket.station_id);
}

function put(ticket) {
  const station = stationOf(ticket);
  const card = draw(ticket, station.pass, perform, called);
  tickets.get(ticket.id)?.card.remove();
  tickets.set(ticket.id, { ticket, card });
  tell(card, ticket);
  const after = [...station.list.children].find((other) => before(ticket, ticketOf(other)));
  station.list.insertBefore(card, after ?? null);
  station.gone = station.gone.filter((other) => other.id !== ticket.id);
  refresh(station);
}

function remove(ticket) {
  const station = stationOf(ticket);
  tickets.get(ticket.id)?.card.remove();
  tickets.delete(ticket.id);
  const others = station.gone.filter((other) => other.id !== ticket.id);
  const forgotten = ticket.status === "bumped" && ticket.metadata.forgotten;
  if (ticket.completed_at || forgotten) station.gone = [ticket, ...others].slice(0, RECALLABLE);
  refresh(station);
}

function refresh(station) {
  station.count.textContent = station.list.children.length || "";
  const last = station.gone[0];
  station.section.hidden = !(station.active || station.list.children.length || last);
  station.recall.hidden = !last;
  if (last) station.recall.querySelector("button").textContent = `Recall ${title(last)}`;
  recount(station);
}

/** Bring the counts of a station up to date where they are looked at. */
async function recount(station) {
  station.section.querySelector(".all-day").ariaExpanded = String(!station.counts.hidden);
  if (station.counts.hidden) return;
  station.uncounted = true;
  if (station.counting) return;
  station.counting = true;
  while (station.uncounted && !station.counts.hidden) {
    station.uncounted = false;
    const counted = await counts(station.section.dataset.station);
    if (counted) station.counts.replaceChildren(...drawCounts(counted));
    else notice(["The all-day counts cannot be had"]);
  }
  station.counting = false;
}

function ticketOf(card) {
  return tickets.get(card.dataset.ticket).ticket;
}

/** The order of a board, as the kitchen has it: see `sort_key` there. */
function before(one, other) {
  const urgency = urgencyOf(one) - urgencyOf(other);
  const queued = one.metadata.queued - other.metadata.queued;
  return (urgency || queued || number(one) - number(other)) < 0;
}

function urgencyOf({ status, priority }) {
  return URGENCY[status === "held" ? "normal" : priority];
}

/** `ticket-NUMBER-STATION`: the number counts the orders of this appliance. */
function number(ticket) {
  return Number(ticket.id.split("-")[1]);
}

async function perform(ticket, action) {
  // Offline it would act on what may be old, or much later.
  if (!link.isLive() || busy.has(ticket.id)) return;
  const card = tickets.get(ticket.id)?.card;
  busy.add(ticket.id);
  card?.classList.add("busy");
  const wrong = action === "fire" ? await fire(ticket) : await act(ticket, action);
  busy.delete(ticket.id);
  card?.classList.remove("busy"); // What happened comes by the stream, and redraws the card.
  notice(wrong && [name(title(ticket)), `: ${wrong}`]);
}

/** What was done last at a station, by whatever screen or button. */
async function takeBack(station, button) {
  if (!link.isLive()) return;
  button.disabled = true;
  const wrong = await undo(station.section.dataset.station);
  notice(wrong && [name(station.name), `: ${wrong}`]);
  setTimeout(() => { button.disabled = false; }, HASTY_MS);
}

function notice(parts) {
  clearTimeout(noticed);
  byId("notice").hidden = !parts;
  byId("notice").replaceChildren(...(parts ?? []));
  noticed = setTimeout(notice, NOTICE_MS);
}

/** What a card says that changes with time. */
function tell(card, ticket) {
  const now = link.now();
  const late = lateness(ticket, now);
  const state = ticket.status === "held" ? waitsFor(ticket, now) : STATES[ticket.status];
  card.classList.toggle("late", late === "late");
  card.classList.toggle("very-late", late === "very late");
  card.querySelector(".age").textContent = age(ticket, now);
  card.querySelector(".state").textContent = [late, state].filter(Boolean).join(" · ");
  if (stationOf(ticket).pass) card.querySelector(".progress").textContent = standing(ticket, now);
}

/** How far the stations are that still have something of the order, for its card at the pass. */
function standing(ticket, now) {
  return [...stations.values()].filter(({ pass }) => !pass).flatMap(({ section, name: called }) => {
    const theirs = tickets.get(`ticket-${number(ticket)}-${section.dataset.station}`)?.ticket;
    return theirs && theirs.status !== "voided" ? [progress(called, theirs, now)] : [];
  }).join(" · ");
}

byId("sign-in").querySelector("form").onsubmit = async (event) => {
  event.preventDefault();
  const form = event.target;
  const wrong = await signIn(new FormData(form));
  say("refused", wrong && `Not signed in: ${wrong}`);
  form.pin.value = ""; // Neither stays for whoever stands here next.
  if (wrong) return;
  form.token.value = "";
  link.connect();
};

byId("reminders").querySelector("button").onclick = () => {
  seen = byId("reminders").firstElementChild.textContent;
  remind(seen);
};

function tick() {
  if (!link.isLive()) return; // Nothing moves on a board that may be old.
  for (const { card, ticket } of tickets.values()) tell(card, ticket);
  byId("clock").textContent = clock(new Date(link.now()));
}

setInterval(tick, 1000);
