// The event stream, and the truth about it: live only while something is heard.

import { within } from "/live/asking.js";
import { watchFrames } from "/live/frames.js";
import { waitForCourse } from "/live/time.js";
import { tellLook } from "/look/look.js";
import { t } from "/words/words.js";

const EVENTS = "/api/v1/kds/events";
const SESSION = "/api/v1/kds/session";
const SILENCE_MS = 4000; // The server speaks every 2 s; the page owns up within 5 s.
const RETRY_MS = 1000;
const ANSWER_MS = 5000; // So long something that was asked for means something.
const TRY_MS = 2000; // Then it is asked for once more, with the same key: an answer may be lost.
const TRY_AGAIN_MS = 300;
const NOT_SIGNED_IN = [4401, 4403]; // With which the server ends a stream: 4000 + what HTTP says.
const FINISHED = 10; // Cleared ones among them cannot be brought back.
const MENU_QUIET_MS = 1000; // A menu is sent item by item: what it says is asked for afterwards.
const MENU_LONGEST_MS = 5000;

let outages = 0; // How often nobody was heard: what was asked for before is not asked for again.

/**
 * Follow the kitchen. `on` has: snapshot(payload), stations(stations), ticket(type, ticket, live),
 * summon(stationId, live), boards(views, all), printers(printers), screens(screens, own),
 * beat(fault, warnings, reminders), drawn(then), live(), offline(since: Date), admits(own),
 * signedOut(); and where it shows them collected(number, at), channels({ accounts, disagreements }).
 * `all` of the views: no other station has any. `own` is the id of the adopted screen that this page
 * is, or null; the page is signed out where `admits` says that it is not for whom it is. `drawn` calls
 * `then` when all that it was told before is drawn. `wanted`: what is to be heard besides, as in a
 * `subscribe`.
 */
export function follow(on, wanted = {}) {
  let attempt = null; // An AbortController: what an earlier attempt brings counts no more.
  let socket = null;
  let patience = 0; // Until when, on the browser's steady clock, silence is borne.
  let ahead = 0; // Its wall clock, of that one: by more after it slept, where that one stood still.
  let position = null;
  let state = "connecting"; // or live, offline, signed out
  let trueAt = new Date();
  let serverOffset = 0;
  let menuSince = null; // Since when there are changes of the menu that no snapshot tells.
  let menuTimer = 0;

  function bear(milliseconds) {
    patience = performance.now() + milliseconds;
    ahead = Date.now() - performance.now();
  }

  /** The server spoke. `upToDate`: what it said before is all there is. */
  function heard(at, upToDate) {
    bear(SILENCE_MS);
    serverOffset = Date.parse(at) - performance.now();
    if (!upToDate) return lost();
    trueAt = new Date(at);
    if (state === "live") return;
    state = "live";
    on.live();
  }

  function lost() {
    if (state === "offline") return;
    state = "offline";
    outages += 1;
    on.offline(trueAt);
  }

  /** Hear no more of the connection that there is. */
  function leave() {
    attempt?.abort();
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    socket?.close();
    socket = null;
  }

  async function connect() {
    leave();
    const mine = attempt = new AbortController();
    if (state !== "live") bear(SILENCE_MS); // What was heard last is no younger for that.
    // A WebSocket does not tell why it cannot be opened.
    const asking = fetch(SESSION, { cache: "no-store", signal: mine.signal });
    const status = await asking.then((answer) => answer.status, () => null);
    if (mine !== attempt) return;
    if (status === null) failed();
    else if (status === 401 || status === 403) signedOut();
    else listen();
  }

  function signedOut() {
    leave();
    bear(Infinity);
    state = "signed out";
    position = null; // Whoever signs in next sees all there is, and not only what is new.
    on.signedOut();
  }

  function failed() {
    leave();
    lost();
    bear(RETRY_MS);
  }

  function listen() {
    const mine = socket = new WebSocket(location.origin.replace("http", "ws") + EVENTS);
    let epoch = "";
    let own = null;
    let views = []; // What boards show now, until the first beat says that this is all.
    let printers = []; // The same of printers, and of screens.
    let screens = [];
    let channels = { accounts: [], disagreements: [] };
    const say = (message) => mine.send(JSON.stringify(message));
    const painted = watchFrames((seq) => { if (mine === socket) say({ type: "painted", seq }); });
    mine.onopen = () => {
      say({ type: "subscribe", channel: "kds", ...wanted, ...(position && { since: position }) });
    };
    mine.onclose = ({ code }) => (NOT_SIGNED_IN.includes(code) ? signedOut() : failed());
    mine.onmessage = ({ data }) => {
      if (hasSlept()) return look(); // Somebody said that long ago.
      const event = JSON.parse(data);
      if (event.type === "subscribed") { // Comes again when there are other stations to show.
        ({ epoch, screen_id: own = null } = event);
        if (!on.admits(own)) return signedOut();
        if (own === null) showAs(null);
      } else if (event.type === "ping") {
        say({ type: "pong" });
      } else if (event.type === "beat") {
        on.beat(event.fault, event.warnings, event.reminders);
        if (views && event.seq !== null) {
          on.boards(views, true);
          on.printers(printers);
          on.screens(screens, own);
          on.channels?.(channels);
          views = null;
        }
        heard(event.at, event.seq !== null);
        if (event.seq !== null) on.drawn(() => painted(event.seq));
      } else if (event.type === "kds.snapshot") {
        on.snapshot(event.payload);
        heard(event.at, true);
      } else if (event.type === "kds.stations") {
        on.stations(event.payload.stations);
      } else if (event.type === "kds.summon") {
        on.summon(event.payload.station_id, event.live);
      } else if (event.type === "kds.board") {
        if (views) views.push(event.payload);
        else on.boards([event.payload], false);
      } else if (event.type === "kds.printers") {
        printers = event.payload.printers;
        if (!views) on.printers(printers);
      } else if (event.type === "kds.screens") {
        screens = event.payload.screens;
        if (own !== null) showAs(screens.find(({ id }) => id === own)?.look ?? null);
        if (!views) on.screens(screens, own);
      } else if (event.type === "kds.channels") {
        channels = event.payload;
        if (!views) on.channels?.(channels);
      } else if (event.type === "kds.order.collected") {
        on.collected?.(event.payload.number, event.at);
      } else if (event.type === "kds.menu") {
        menuChanged();
      } else if (event.type.startsWith("kds.ticket.")) {
        on.ticket(event.type, event.payload.ticket, event.live);
      }
      if (Number.isInteger(event.seq)) position = `${epoch}:${event.seq}`;
    };
  }

  /** As a manager has chosen for this screen; in other words it is drawn anew. */
  function showAs(look) {
    if (tellLook(look)) location.reload();
  }

  /** What the menu says of cards that stand, a snapshot has. */
  function menuChanged() {
    const now = performance.now();
    menuSince ??= now;
    clearTimeout(menuTimer);
    menuTimer = setTimeout(() => {
      menuSince = null;
      position = null;
      connect();
    }, Math.min(MENU_QUIET_MS, menuSince + MENU_LONGEST_MS - now));
  }

  function hasSlept() {
    return state === "live" && Date.now() - performance.now() - ahead > SILENCE_MS;
  }

  function look() {
    if (performance.now() <= patience && !hasSlept()) return;
    lost();
    connect();
  }

  setInterval(look, 250);
  // Timers of a page that nobody sees hardly run; what is seen again is true from its first frame on.
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  connect();

  return {
    connect,
    isLive: () => state === "live",
    /** The server's time, which is what ages are counted by. */
    now: () => serverOffset + performance.now(),
  };
}

/**
 * Do something to a ticket. Resolves to what was answered, or else to `{ wrong: words for it }`, with
 * the `status`, or as `unanswered`. Until then it is tried again with the same key: it happens once.
 */
export function act(ticket, action) {
  return press(pathOf(ticket, action));
}

/** Have another station make what is on the board of this one. As `act`. */
export function move(ticket, stationId) {
  return press(pathOf(ticket, "move"), { station_id: stationId });
}

/** Tick a line, or take its tick away. As `act`. */
export function tick(ticket, lineId, isDone) {
  const mark = isDone ? "done" : "undone";
  return press(pathOf(ticket, `items/${encodeURIComponent(lineId)}/${mark}`));
}

function pathOf(ticket, action) {
  return `/api/v1/kds/stations/${encodeURIComponent(ticket.station_id)}/orders/` +
    `${encodeURIComponent(ticket.order_id)}/ticket/${action}`;
}

/** Have a whole order, or a station's ticket of it, in front or where it was. As `act`. */
export function prioritize(ticket, priority) {
  return press(pathOf(ticket, "priority"), { priority });
}

/** The next course that a ticket holds: 0 for lines of none; those that have no number are null. */
export function nextCourse(ticket) {
  const named = (item) => ticket.metadata.items?.[item.line_id]?.course?.trim();
  const held = waitForCourse(ticket);
  const next = Math.min(...held.map((item) => item.course ?? (named(item) ? Infinity : 0)));
  return next === Infinity ? null : next;
}

/** Fire the next course that the ticket holds. As `act`. */
export function fire(ticket) {
  return press("/api/v1/kds/courses/fire", {
    order_id: ticket.order_id,
    course_number: nextCourse(ticket),
    station_id: ticket.station_id,
  });
}

/** Take back the newest thing that was done by hand at a station: `undone` says what. As `act`. */
export function undo(stationId) {
  return press(`/api/v1/kds/stations/${encodeURIComponent(stationId)}/undo`);
}

/** Say that somebody comes to a station that calls for somebody. Resolves as `act`. */
export function come(stationId) {
  return ask("DELETE", `/api/v1/kds/stations/${encodeURIComponent(stationId)}/summon`);
}

/** Ask to be let in as a screen. Resolves as `act`: `state` is `new`, with a `code`, or `adopted`. */
export function knock(asking) {
  return ask("POST", "/api/v1/kds/screens/knock", { json: asking });
}

/** The all-day counts of a station, as the appliance has them; null when they cannot be had. */
export function counts(stationId) {
  return get(`/api/v1/kds/stations/${encodeURIComponent(stationId)}/all-day`);
}

/** What has left a station's board last, the newest first; null when it cannot be had. */
export function finished(stationId) {
  const tickets = `/api/v1/kds/stations/${encodeURIComponent(stationId)}/tickets`;
  return get(`${tickets}?status=completed&limit=${FINISHED}`);
}

async function get(path) {
  const told = await ask("GET", path);
  return told.wrong === undefined ? told : null;
}

/** All buttons, bump bars and lights that this page may see. Resolves as `act`. */
export function devices() {
  return ask("GET", "/api/v1/kds/panel");
}

/** Press a key of a bump bar whose finger went down so many milliseconds ago. Resolves as `act`. */
export function pressKey(barId, key, ago) {
  const path = `/api/v1/kds/panel/bars/${encodeURIComponent(barId)}/press`;
  // A browser sends again by itself what a connection took that broke.
  return ask("POST", path, { json: { key, ago_ms: Math.round(ago) }, key: newKey() });
}

/** By which the appliance knows what comes again. */
function newKey() {
  return `${Date.now()}-${Math.random()}`;
}

/** Post until it is answered, offline, or too late to mean anything. Resolves as `act`. */
export async function press(path, json) {
  const key = newKey();
  const outage = outages;
  const until = performance.now() + ANSWER_MS;
  for (;;) {
    const patience = Math.min(TRY_MS, until - performance.now());
    const told = await ask("POST", path, { json, key, patience });
    const isOver = outage !== outages || performance.now() + TRY_AGAIN_MS >= until;
    if (!told.unanswered || isOver) return told;
    await new Promise((done) => { setTimeout(done, TRY_AGAIN_MS); });
  }
}

async function ask(method, path, { json, key, patience = ANSWER_MS } = {}) {
  const headers = {
    ...(json && { "Content-Type": "application/json" }),
    ...(key && { "X-Idempotency-Key": key }),
  };
  const body = json && JSON.stringify(json);
  try {
    const answer = await fetch(path, { method, headers, body, signal: within(patience) });
    const told = isJson(answer) ? await answer.json() : {};
    if (answer.ok) return told;
    const { status } = answer;
    return { wrong: refusal(told) ?? t("live.not-done", { status }), status };
  } catch {
    return { wrong: t("live.unanswered"), unanswered: true };
  }
}

/** Why the kitchen does not do it, in the reader's language where there are words for it. */
function refusal({ message, details: { reason, from, to, stations } = {} }) {
  const state = stations ? "wait" : to === "recalled" ? to : from === "held" ? from : from && "state";
  const key = `live.refused-${reason === "wrong_state" ? state : reason?.replaceAll("_", "-")}`;
  const words = t(key, { stations: stations?.join(", ") });
  return words === key ? message : words;
}

function isJson(answer) {
  return answer.headers.get("Content-Type")?.startsWith("application/json");
}
