// Screens, on a page of their own and in the set-up: who is adopted and how they are, who is new, and the rest of
// what is heard on the network. Nothing that strangers wrote is taken for more than text.

import { ask, within } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { fill, fillIn, offerChoices, wantedOf } from "/setup/screen-form.js";
import { concern, facts, sentence, words } from "/status/screen-words.js";
import { speak, t, told } from "/words/words.js";

const API = "/api/v1/kds";
const SCREENS = `${API}/screens`;
const STATIONS = `${API}/stations?active_only=false`;
const ASK_AGAIN_MS = 2000;
const ANSWER_MS = 2500; // With the above, it owns up within 5 s.
const DONE_MS = 15000; // What is written durably may have to wait for the card.
const BY = ["mdns", "beacon", "knock"];

const byId = (id) => document.getElementById(id);
const items = new Map(); // by id, the elements of adopted screens
let screens = [];
let stations = [];
let asking = 0;
let tell; // How it stands.
let found = null; // the new LAN screen whose address is in the form

/**
 * Have all of it in `place`, which has it already on the page of screens; `onLink` is told how it stands:
 * `live`, `offline` or `signed-out`.
 */
export async function showScreens(place, _draft, onLink = () => {}) {
  if (!byId("adopted-list")) await bring(place);
  for (const form of [byId("by-code"), byId("by-address")]) fill(form, null);
  byId("by-code").onsubmit = adoptBoard;
  byId("by-address").onsubmit = adoptLan;
  write(byId("page"), `${location.origin}/?screen`);
  tell = onLink;
  look();
}

/** The set-up has them as one of its sections: what they are drawn with is that page's. */
async function bring(place) {
  const answer = await fetch("/screens", { signal: within(DONE_MS) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = element("div", "screens", ...page.getElementById("facts").children);
  place.append(element("h2", "", t("setup.section-screens")), shown, ...page.querySelectorAll("template"));
  await speak("screens");
}

async function look() {
  clearTimeout(asking);
  const [told, all] = await Promise.all([ask(SCREENS, ANSWER_MS), ask(STATIONS, ANSWER_MS), words]);
  if (told) show(told, all ?? stations);
  tell(told ? "live" : told === null ? "signed-out" : "offline");
  clearTimeout(asking);
  asking = setTimeout(look, ASK_AGAIN_MS);
}

function show(told, all) {
  [screens, stations] = [told.screens, all];
  offerChoices(stations, screens);
  showAdopted();
  showFound(told.found);
  showHubs(told.hubs);
  write(byId("announced"), announced(told.announced));
}

function called(id) {
  return stations.find((station) => station.id === id)?.name ?? id;
}

// ── adopted ──────────────────────────────────────────────────────────────────────────

/** What stays is changed in its place: a finger may be on it, or somebody writes in it. */
function showAdopted() {
  const there = new Set(screens.map(({ id }) => id));
  for (const [id, item] of items) {
    if (there.has(id)) continue;
    item.remove();
    items.delete(id);
  }
  for (const screen of screens) {
    const item = items.get(screen.id) ?? addAdopted(screen.id);
    const part = (kind) => item.querySelector(kind);
    write(part(".name"), screen.name);
    const station = screen.station_id === null ? t("screens.all-stations") : called(screen.station_id);
    write(part(".where"), ` ${t("screens.at", { station })}`);
    part(".state").className = `state ${concern(screen)}`;
    write(part(".state"), sentence(screen, screens, called));
    write(part(".conflict"), screen.conflict);
    write(part(".facts"), facts(screen, screens));
    for (const kind of [".change", ".forget"]) part(kind).hidden = screen.source === "file";
  }
}

function addAdopted(id) {
  const item = byId("adopted-screen").content.cloneNode(true).firstElementChild;
  const part = (kind) => item.querySelector(kind);
  const now = () => screens.find((screen) => screen.id === id);
  const [form, sure] = [part(".changing"), part(".sure")];
  item.dataset.screen = id;
  fill(form, id);
  const open = (isOpen) => {
    form.hidden = !isOpen;
    part(".change").ariaExpanded = String(isOpen);
    if (isOpen) fillIn(form, now());
    (isOpen ? form.elements.name : part(".change")).focus();
  };
  const ask = (isAsking) => {
    sure.hidden = !isAsking;
    sure.firstElementChild.replaceChildren(...told("screens.forget-sure", { name: name(now().name) }));
    part(isAsking ? ".no" : ".forget").focus();
  };
  part(".change").onclick = () => open(form.hidden);
  part(".cancel").onclick = () => open(false);
  part(".forget").onclick = () => ask(true);
  part(".no").onclick = () => ask(false);
  part(".yes").onclick = () => {
    send("DELETE", pathOf(id), undefined, t("screens.forgotten", { name: now().name }));
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const wanted = wantedOf(form);
    if (await send("PATCH", pathOf(id), wanted, t("screens.changed", { name: wanted.name }))) open(false);
  };
  items.set(id, item);
  byId("adopted-list").append(item);
  return item;
}

function pathOf(id) {
  return `${SCREENS}/${encodeURIComponent(id)}`;
}

// ── new ──────────────────────────────────────────────────────────────────────────────

function showFound(all) {
  redraw(byId("found-list"), all, (one) => {
    const item = byId("found-screen").content.cloneNode(true).firstElementChild;
    const part = (kind) => item.querySelector(kind);
    const what = [
      t("screens.is-new"), t(one.proto === "lan" ? "screens.lan" : "screens.board"), one.address,
      ...one.by.map((by) => (BY.includes(by) ? t(`screens.by-${by}`) : by)),
      one.station && t("screens.for", { station: one.station }), one.version, one.id,
    ].filter(Boolean);
    part(".name").append(name(one.name || one.id));
    part(".what").append(...what.flatMap((text, place) => [place ? " · " : "", name(text)]));
    const known = one.known_as ? told("screens.known", { name: name(one.known_as) }) : [];
    part(".known").append(...known);
    part(".adopt").ariaLabel = t("screens.adopt-name", { name: one.name || one.id });
    part(".adopt").onclick = () => take(one);
    return item;
  });
}

/** Have what is known of a new screen in the form, to be looked at before it is sent. */
function take(one) {
  const isLan = one.proto === "lan";
  const form = byId(isLan ? "by-address" : "by-code");
  form.elements.name.value = one.name;
  const isThere = stations.some(({ id }) => id === one.station);
  form.elements.station_id.value = isThere ? one.station : "";
  if (isLan) {
    found = one;
    form.elements.address.value = one.address;
  }
  form.scrollIntoView({ block: "center" });
  form.elements[isLan ? "name" : "code"].focus();
}

async function adoptBoard(event) {
  event.preventDefault();
  const form = event.target;
  const code = form.elements.code.value.replace(" ", "");
  const wanted = wantedOf(form);
  if (await send("POST", SCREENS, { code, ...wanted }, t("screens.is-adopted", { name: wanted.name }))) form.reset();
}

async function adoptLan(event) {
  event.preventDefault();
  const form = event.target;
  const address = form.elements.address.value.trim();
  const wanted = wantedOf(form);
  const body = { address, ...(found?.address === address && { found_id: found.id }), ...wanted };
  if (await send("POST", SCREENS, body, t("screens.is-adopted", { name: wanted.name }))) form.reset();
}

// ── the rest of the network ──────────────────────────────────────────────────────────

function showHubs(hubs) {
  redraw(byId("hub-list"), hubs, ({ name: text, address, id, same_id: same }) => {
    const words = same && t("screens.same-id");
    const item = element("li", "", element("b", "", name(text)), " ", name(`${address} · ${id}`));
    if (words) item.append(element("p", "state warning", words));
    return item;
  });
}

function announced({ host, renamed_because: renamed, not_because: not }) {
  if (!host) return not ? t("screens.not-announced-because", { why: not }) : t("screens.not-announced");
  const port = location.port && `:${location.port}`; // By which this very page came.
  const address = `${location.protocol}//${host}${port}`;
  return `${[t("screens.announced", { address }), renamed, not].filter(Boolean).join("; ")}.`;
}

// ── asking ───────────────────────────────────────────────────────────────────────────

/** Ask for a change, and say what came of it; whether it was done. */
async function send(method, path, body, done) {
  write(byId("said"), "…");
  const options = { method, signal: within(DONE_MS) };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let wrong = t("screens.no-answer");
  try {
    const answer = await fetch(path, options);
    wrong = answer.ok ? "" : t("screens.not-done", { why: (await answer.json()).message });
  } catch {
    // Said already.
  }
  byId("said").replaceChildren(name(wrong || done));
  look();
  return !wrong;
}

// ── drawing ──────────────────────────────────────────────────────────────────────────

/** What has not changed is left alone: it may be being read out, or a finger is on it. */
function write(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

function redraw(list, all, draw) {
  const now = JSON.stringify(all);
  if ((list.dataset.drawn ?? "[]") === now) return;
  list.dataset.drawn = now;
  list.replaceChildren(...all.map(draw));
}
