// The status page: asks how the appliance is, again and again, and owns up when nobody answers.

import { within } from "/live/asking.js";
import { applyLook } from "/look/look.js";
import { linkPages } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { showChannels } from "/status/channel-list.js";
import { showDevices, watchDevices } from "/status/devices.js";
import { write } from "/status/drawing.js";
import { clock } from "/status/formats.js";
import { showMachine, showNetwork, showOrders, showStorage } from "/status/parts.js";
import { showPrinters } from "/status/printer-list.js";
import { showHttps } from "/status/https.js";
import { showScreens, watchScreens } from "/status/screen-list.js";
import { showSoftware, watchSoftware } from "/status/software.js";
import { showStations } from "/status/station-list.js";
import { showSilence, showVerdict } from "/status/verdict.js";
import { speak, t } from "/words/words.js";

const HEALTH = "/api/v1/kds/health";
const ASK_AGAIN_MS = 2000;
const ANSWER_MS = 2500; // With the above, it owns up within 5 s.

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
  document.body.classList.remove("stale");
  document.title = t("status.title", { name: health.name });
  link("live");
  byId("offline").hidden = true;
  write(byId("kitchen"), health.name);
  showVerdict(health.problems);
  showOrders(health);
  showStations(health.stations, health.at);
  showScreens(health.screens);
  showChannels(health.channels, health.at);
  showPrinters(health.printers);
  showDevices(health.devices);
  showMachine(health);
  showStorage(health);
  showNetwork(health);
  showSoftware(health.card, health.version);
  showHttps(health.https);
  byId("tiles").hidden = false;
  byId("facts").hidden = false;
}

function showOffline() {
  document.body.classList.add("stale");
  link("offline");
  whenOffline();
  showSilence();
  byId("facts").hidden = false;
}

function whenOffline() {
  const offline = byId("offline");
  const words = t("status.offline-since", { time: clock(trueAt) });
  offline.hidden = false;
  if (offline.firstChild?.textContent === words) return;
  const small = document.createElement("small");
  small.textContent = t("status.may-be-old");
  offline.replaceChildren(words, small);
}

function link(state) {
  byId("link").className = state;
  write(byId("link"), t(`status.${state}`));
}

function start() {
  linkPages("status");
  watchSession(() => location.reload());
  watchDevices();
  watchScreens();
  watchSoftware();
  look();
}

applyLook();
speak("pages", "status").then(start);
