// The status page: asks how the appliance is, again and again, and owns up when nobody answers.

import { within } from "/live/asking.js";
import { showPrinters } from "/status/printer-list.js";
import { showScreens } from "/status/screen-list.js";

const HEALTH = "/api/v1/kds/health";
const ASK_AGAIN_MS = 2000;
const ANSWER_MS = 3000; // With the above, it owns up within 5 s.
const PAIRS_OF_GROUP = 4;

const byId = (id) => document.getElementById(id);
let trueAt = new Date();

/** How the appliance is; null when it does not answer that. */
async function ask() {
  try {
    const answer = await fetch(HEALTH, { cache: "no-store", signal: within(ANSWER_MS) });
    const body = await answer.json();
    const health = answer.ok ? body : body.details; // Of the error, where nothing can be stored.
    return health?.running_since ? health : null;
  } catch {
    return null;
  }
}

async function look() {
  const health = await ask();
  if (health) show(health);
  else showOffline();
  setTimeout(look, ASK_AGAIN_MS);
}

function show(health) {
  trueAt = new Date(health.at);
  const { fault, history, listening } = health;
  document.body.classList.remove("stale");
  document.title = `${health.name} · Status`;
  link("live", "LIVE");
  say("offline", "");
  say("fault", fault && `ORDERS CANNOT BE STORED since ${clock(fault.since)}`, fault?.message);
  say("warnings", health.warnings.join("\n"));
  write("kitchen", health.name);
  write("orders", fault ? "cannot be stored" : "are stored");
  write("history", indexed(history));
  write("disk", health.disk_free_bytes === null ? "unknown" : `${size(health.disk_free_bytes)} free`);
  write("neighbours", neighbours(health.neighbours));
  write("since", day(health.running_since));
  write("version", health.version);
  for (const what of ["orders", "http", "https"]) {
    write(`place-${what}`, listening[what] ?? "not at all");
  }
  showHttps(health.https);
  showPrinters(health.printers);
  showScreens(health.screens);
  byId("facts").hidden = false;
}

function showHttps(https) {
  byId("https").hidden = !https;
  if (!https) return;
  for (const element of document.querySelectorAll(".own")) {
    element.hidden = !https.authority_sha256;
  }
  group("authority", https.authority_sha256 ?? "");
  group("certificate", https.certificate_sha256);
  write("until", day(https.valid_until));
}

function showOffline() {
  document.body.classList.add("stale");
  link("offline", "OFFLINE");
  say("offline", `OFFLINE since ${clock(trueAt)}`, "What you see may be old");
}

function link(state, words) {
  byId("link").className = state;
  write("link", words);
}

/** What has not changed is left alone: it may be being read out, or copied. */
function write(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/** In a banner, with a line for who comes near; without words there is none. */
function say(id, words, more = "") {
  byId(id).hidden = !words;
  if (byId(id).textContent === `${words || ""}${more}`) return;
  const small = document.createElement("small");
  small.textContent = more;
  byId(id).replaceChildren(words || "", ...(more ? [small] : []));
}

/** A fingerprint, in groups that a person can compare. */
function group(id, sha256) {
  const groups = [];
  for (const [place, pair] of sha256.split(":").entries()) {
    if (place % PAIRS_OF_GROUP === 0) groups.push([]);
    groups[groups.length - 1].push(pair);
  }
  if (byId(id).textContent === groups.flat().join(" ")) return;
  byId(id).replaceChildren(...groups.flatMap((pairs, place) => {
    const span = document.createElement("span");
    span.textContent = pairs.join(" ");
    return place ? [" ", span] : [span];
  }));
}

function indexed({ indexed, of, faulty }) {
  const far = `${indexed} of ${of} events are indexed`;
  if (faulty) return `cannot be indexed: ${far}; a manager sees why in GET /status`;
  return indexed < of ? `are being indexed: ${far}` : "can all be found";
}

function neighbours(count) {
  if (count === null) return "it does not listen";
  if (count === 0) return "nobody";
  return count === 1 ? "1 screen or appliance" : `${count} screens and appliances`;
}

function size(bytes) {
  const gigabytes = bytes / 1e9;
  return gigabytes < 1 ? `${Math.floor(bytes / 1e6)} MB` : `${gigabytes.toFixed(1)} GB`;
}

function clock(at) {
  return new Date(at).toLocaleTimeString([], { hourCycle: "h23", timeStyle: "medium" });
}

function day(at) {
  return new Date(at).toLocaleString([], {
    hourCycle: "h23", dateStyle: "medium", timeStyle: "short",
  });
}

look();
