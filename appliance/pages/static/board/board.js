// The board: every station with its tickets. Draws what link.js hears, and nothing else.

import { draw, title } from "/board/card.js";
import { drawCounts } from "/board/counts.js";
import { watchScreens } from "/board/cover.js";
import { watchBar } from "/board/keys.js";
import { watchDoor } from "/board/knock.js";
import { act, come, counts, finished, fire, follow, knock, move, undo } from "/live/link.js";
import { notice } from "/board/notice.js";
import { watchPresses } from "/board/press.js";
import { drawTrouble, watchPrinters } from "/board/printers.js";
import { watchSummons } from "/board/summons.js";
import { age, isPastRecall, lateness, progress, waitsFor } from "/live/time.js";
import { name, small } from "/look/elements.js";
import { applyLook } from "/look/look.js";
import { leadOn } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { warnOfUnrouted } from "/board/unrouted.js";
import { isChosen, mark, reveal } from "/board/view.js";

const RECALLABLE = 3;
const HASTY_MS = 700; // Two presses within this are one: the second would take back one more.
const COUNT_AGAIN_MS = 2000;
const DO = { fire, move }; // What is more than an action of the ticket's own path.
const STATES = { in_progress: "cooking", ready: "ready", recalled: "recalled" };
const DEEDS = {
  fired: "firing", started: "start", item_done: "tick", item_undone: "taking away a tick",
  ready: "ready", bumped: "bump", recalled: "recall", voided: "void", prioritized: "priority", moved: "move",
};
const URGENCY = { urgent: 0, high: 1, normal: 2 };

const byId = (id) => document.getElementById(id);
const tickets = new Map(); // by ticket id: { ticket, card }
const busy = new Set(); // ids of tickets with a press under way
const stations = new Map(); // by station id: what addStation makes
const views = new Map(); // by station id: what buttons and bump bars have its board show
let opened = null; // the id of the ticket whose card shows what else can be done with it
let giveBackFocus = () => {}; // to whoever had the keyboard before it was offline
let seen = ""; // what somebody has read of the reminders

applyLook();
const presses = watchPresses(byId("stations"));
const asked = new URLSearchParams(location.search);
const barId = asked.get("bar");
const screenName = asked.get("screen"); // Where this is to be a screen: what it wants to be called.
let renewed = false; // the cookie of this screen
const link = follow({
  snapshot: redrawing((payload) => {
    byId("kitchen").textContent = payload.name;
    document.title = `${payload.name} · Expeditor`;
    const there = new Set(payload.tickets.map(({ id }) => id));
    for (const { ticket } of [...tickets.values()]) if (!there.has(ticket.id)) takeOff(ticket);
    arrange(payload.stations);
    // A card that says the same stays: a finger may be on it.
    payload.tickets.filter((ticket) => !isShown(ticket)).forEach(put);
    for (const station of stations.values()) findGone(station);
    warn();
    summons.are(payload.summons.map(({ station_id }) => station_id));
  }),
  stations: redrawing(arrange),
  ticket: redrawing((type, ticket, live) => {
    if (live) put(ticket);
    else if (type !== "kds.ticket.updated" || tickets.has(ticket.id)) remove(ticket);
    warn();
  }),
  summon: redrawing((id, live) => summons.is(id, live)),
  boards: redrawing((told, all) => {
    const there = new Set(told.map(({ station_id }) => station_id));
    for (const id of all ? [...views.keys()] : []) if (!there.has(id)) turn(id, null);
    for (const { station_id, ...view } of told) turn(station_id, view);
  }),
  printers: redrawing((all) => printing.tell(all)),
  screens: redrawing((all, own) => {
    if (!leadOn(all.find(({ id }) => id === own))) screens.tell(all, own);
  }),
  beat: redrawing((fault, warnings, reminders) => {
    say("warnings", warnings.join("\n"));
    remind(reminders.join("\n"));
    shout("fault", fault && "ORDERS CANNOT BE STORED", fault && fault.message);
  }),
  drawn: presses.afterwards,
  admits(own) {
    if (own && !renewed) knock({ screen_id: own });
    renewed ||= Boolean(own);
    return own !== null || screenName === null;
  },
  live() {
    document.body.classList.remove("stale");
    for (const id of ["stations", "summons"]) byId(id).inert = false;
    // Who has gone on meanwhile stays there.
    if (document.activeElement === document.body) giveBackFocus();
    session.isIn();
    door?.hide();
    say("offline", null);
    show("live", "LIVE");
    bar?.renew();
    tick();
  },
  offline(since) {
    presses.release();
    document.body.classList.add("stale");
    giveBackFocus = focusNow(); // What is inert loses it.
    for (const id of ["stations", "summons"]) byId(id).inert = true;
    const words = "What you see may be old, and cannot be worked on";
    shout("offline", `OFFLINE since ${clock(since)}`, words);
    show("offline", "OFFLINE");
  },
  signedOut() {
    presses.release();
    clear();
    say("offline", null);
    if (door) door.show();
    else session.ask();
    show("connecting", door ? "NEW SCREEN" : "NOT SIGNED IN");
  },
});

const session = watchSession(link.connect);
const summons = watchSummons(byId("summons"), byId("summon"), called, async (coming) => {
  if (!link.isLive()) return;
  const { wrong } = await come(coming);
  if (wrong) notice([name(called(coming)), `: ${wrong}`]);
});
const printing = watchPrinters((id, isOther) => {
  const station = stations.get(id);
  if (!station) return;
  drawTrouble(station.section.querySelector(".printers"), printing.troubleAt(id));
  if (isOther) ticketsOf(station).forEach(put);
});
const screens = watchScreens(byId("screens"), () => byId("stations").children, called);
const door = screenName === null ? null : watchDoor(byId("code"), screenName, link.connect);
const bar = barId && watchBar(barId, link.isLive, (station, wrong) => {
  notice(station ? [name(called(station)), `: ${wrong}`] : [wrong]);
});

/** `change`, while no finger is about to press what it moves. */
function redrawing(change) {
  return (...told) => presses.afterwards(() => keepingFocus(change)(...told));
}

/** `change`, after which the keyboard is where it was, however much was drawn anew. */
function keepingFocus(change) {
  return (...told) => {
    const giveBack = focusNow();
    change(...told);
    giveBack();
  };
}

/** Where the keyboard is; how to have it there again. */
function focusNow() {
  const was = document.activeElement;
  const card = was.closest(".ticket");
  const next = card?.nextElementSibling;
  const station = was.closest(".station");
  return () => {
    // Who has it still is not asked for its place: that would have all laid out, for each change.
    if (was === document.activeElement && !was.closest("[hidden]")) return;
    if (!station || isSeen(was)) return was.focus({ preventScroll: true });
    const now = tickets.get(card?.dataset.ticket)?.card;
    const { action } = was.dataset;
    const again = action && now?.querySelector(`[data-action="${CSS.escape(action)}"]`);
    // What has gone hands it to what stands there now, but to none of its buttons.
    [again, now, next, station].find(isSeen)?.focus({ preventScroll: true });
  };
}

function isSeen(element) {
  return element?.getClientRects().length > 0;
}

function clear() {
  byId("stations").replaceChildren();
  summons.are([]);
  opened = null;
  stations.clear();
  printing.tell([]);
  screens.tell([], null);
  views.clear();
  tickets.clear();
  warn();
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

function warn() {
  warnOfUnrouted(byId("unrouted"), [...tickets.values()].map(({ ticket }) => ticket), called);
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
  for (const [place, { id, name, station_type, active }] of entries.entries()) {
    others.delete(id);
    const station = stations.get(id) ?? addStation(id);
    const pass = station_type === "expo";
    const toRedraw = pass === station.pass ? [] : ticketsOf(station);
    Object.assign(station, { pass, active, name });
    station.section.querySelector(".name").textContent = name;
    const said = document.querySelectorAll(`[data-called="${CSS.escape(id)}"]`);
    for (const elsewhere of said) elsewhere.textContent = name;
    const there = byId("stations").children[place] ?? null;
    if (there !== station.section) byId("stations").insertBefore(station.section, there);
    toRedraw.forEach(put);
    refresh(station);
  }
  for (const [id, station] of others) {
    if (station.list.children.length) continue;
    station.section.remove();
    stations.delete(id);
  }
  if (opened) put(tickets.get(opened).ticket); // It may go elsewhere now.
  screens.show();
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
  section.querySelector(".all-day").onclick = () => showCounts(station, station.counts.hidden);
  section.querySelector(".undo").onclick = ({ target }) => takeBack(station, target);
  station.recall.querySelector("button").onclick = () => perform(station.gone[0], "recall");
  stations.set(id, station);
  drawTrouble(section.querySelector(".printers"), printing.troubleAt(id));
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

/** The ids of the stations where else a ticket could be made. */
function targetsOf(ticket) {
  const cooking = [...stations].filter(([, { pass, active }]) => active && !pass);
  return cooking.map(([id]) => id).filter((id) => id !== ticket.station_id);
}

/** Show what else can be done with a ticket, or hide it again; one card does at a time. */
const open = keepingFocus((ticket) => {
  const other = tickets.get(opened)?.ticket;
  opened = opened === ticket.id ? null : ticket.id;
  for (const each of new Set([ticket, other].filter(Boolean))) put(each);
});

function isShown(ticket) {
  return JSON.stringify(tickets.get(ticket.id)?.ticket) === JSON.stringify(ticket);
}

function put(ticket) {
  const station = stationOf(ticket);
  const card = draw(ticket, {
    atPass: station.pass,
    targets: ticket.id === opened ? targetsOf(ticket) : null,
    prints: printing.isAt(ticket.station_id),
    perform,
    open,
    called,
  });
  tickets.get(ticket.id)?.card.remove();
  tickets.set(ticket.id, { ticket, card });
  tell(card, ticket);
  const after = [...station.list.children].find((other) => before(ticket, ticketOf(other)));
  station.list.insertBefore(card, after ?? null);
  station.gone = station.gone.filter((other) => other.id !== ticket.id);
  refresh(station);
}

function takeOff(ticket) {
  tickets.get(ticket.id)?.card.remove();
  tickets.delete(ticket.id);
  if (opened === ticket.id) opened = null;
  refresh(stationOf(ticket));
}

function remove(ticket) {
  const station = stationOf(ticket);
  takeOff(ticket);
  const others = station.gone.filter((other) => other.id !== ticket.id);
  const forgotten = ticket.status === "bumped" && ticket.metadata.forgotten;
  if (ticket.completed_at || forgotten) station.gone = [ticket, ...others].slice(0, RECALLABLE);
  refresh(station);
}

/** What has left a board before this page was there to hear of it. */
async function findGone(station) {
  const found = await finished(station.section.dataset.station) ?? [];
  presses.afterwards(() => {
    const other = ({ id, metadata }) =>
      metadata.recallUntil && !tickets.has(id) && station.gone.every((known) => known.id !== id);
    station.gone = [...station.gone, ...found.filter(other)]
      .sort((one, two) => Date.parse(two.updated_at) - Date.parse(one.updated_at) || 0)
      .slice(0, RECALLABLE);
    refresh(station);
  });
}

function refresh(station) {
  station.count.textContent = station.list.children.length || "";
  offerRecall(station);
  recount(station);
}

/** Of what has left a board, the last that can still be brought back. */
function offerRecall(station) {
  station.gone = station.gone.filter((ticket) => !isPastRecall(ticket, link.now()));
  const last = station.gone[0];
  station.section.hidden = !(station.active || station.list.children.length || last);
  station.recall.hidden = !last;
  if (last) station.recall.querySelector("button").textContent = `Recall ${title(last)}`;
  mark(station.list, views.get(station.section.dataset.station), ticketOf);
}

/** What somebody at a button or a bump bar has the board of a station show; null for nothing. */
function turn(id, view) {
  const was = views.get(id) ?? null;
  const station = stations.get(id);
  if (view) views.set(id, view);
  else views.delete(id);
  if (!station) return;
  mark(station.list, view, ticketOf);
  const counts = view?.all_day ?? false;
  const turned = counts !== (was?.all_day ?? false);
  if (turned) showCounts(station, counts);
  if (turned && counts) return reveal(station.section, byId("top"), true);
  const cards = [...station.list.children];
  const orders = cards.map((card) => ticketOf(card).order_id);
  if (view && (turned || view.first !== (was?.first ?? 0))) {
    reveal(view.first ? cards[view.first] : station.section, byId("top"), true);
  }
  if (view && (turned || isChosen(view, was, orders))) {
    reveal(cards[orders.indexOf(view.selected_order_id)], byId("top"), false);
  }
}

function showCounts(station, open) {
  station.counts.hidden = !open;
  station.counts.replaceChildren(); // They may be of long ago.
  recount(station);
}

/** Bring the counts of a station up to date where they are looked at. */
async function recount(station) {
  station.section.querySelector(".all-day").ariaExpanded = String(!station.counts.hidden);
  if (station.counts.hidden) return;
  station.uncounted = true;
  if (station.counting) return;
  station.counting = true;
  const stationId = station.section.dataset.station;
  const isOpen = () => !station.counts.hidden && stations.get(stationId) === station;
  while (station.uncounted && isOpen()) {
    station.uncounted = false;
    const counted = await counts(stationId);
    presses.afterwards(() => station.counts.replaceChildren(...drawCounts(counted)));
    if (counted) continue;
    await new Promise((done) => { setTimeout(done, COUNT_AGAIN_MS); });
    station.uncounted = true;
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

/** `to` is the station of a move. */
async function perform(ticket, action, to) {
  // Offline it would act on what may be old, or much later.
  if (!link.isLive() || busy.has(ticket.id)) return;
  const card = tickets.get(ticket.id)?.card;
  busy.add(ticket.id);
  card?.classList.add("busy");
  const { wrong } = await (DO[action]?.(ticket, to) ?? act(ticket, action));
  busy.delete(ticket.id);
  card?.classList.remove("busy"); // What happened comes by the stream, and redraws the card.
  if (wrong) notice([name(title(ticket)), `: ${wrong}`]);
  else if (action === "print") notice([name(title(ticket)), " goes to the printer"], "done");
  else if (to) notice([name(title(ticket)), " is at ", name(called(to)), " now"], "done");
  else notice();
}

/** What was done last at a station, by whatever screen or button. */
async function takeBack(station, button) {
  if (!link.isLive() || button.ariaDisabled === "true") return;
  button.ariaDisabled = "true"; // One that is `disabled` loses the keyboard.
  const taken = await undo(station.section.dataset.station);
  if (taken.wrong) notice([name(station.name), `: ${taken.wrong}`]);
  else notice([`Taken back: ${DEEDS[taken.undone]} of `, name(title(taken))], "done");
  setTimeout(() => { button.ariaDisabled = "false"; }, HASTY_MS);
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
  if (ticket.metadata.recallUntil) {
    card.querySelector("[data-action=recall]").hidden = isPastRecall(ticket, now);
  }
  if (stationOf(ticket).pass) card.querySelector(".progress").textContent = standing(ticket, now);
}

/** How far the stations are that still have something of the order, for its card at the pass. */
function standing(ticket, now) {
  return [...stations.values()].filter(({ pass }) => !pass).flatMap(({ section, name: called }) => {
    const theirs = tickets.get(`ticket-${number(ticket)}-${section.dataset.station}`)?.ticket;
    return theirs && theirs.status !== "voided" ? [progress(called, theirs, now)] : [];
  }).join(" · ");
}

byId("reminders").querySelector("button").onclick = () => {
  seen = byId("reminders").firstElementChild.textContent;
  remind(seen);
};

function tick() {
  if (!link.isLive()) return; // Nothing moves on a board that may be old.
  for (const { card, ticket } of tickets.values()) tell(card, ticket);
  stations.forEach(offerRecall);
  byId("clock").textContent = clock(new Date(link.now()));
}

setInterval(redrawing(tick), 1000);
