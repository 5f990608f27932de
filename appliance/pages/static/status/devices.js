// Buttons, bump bars and lights on the status page: how many there are, for everybody; for whoever is
// signed in how each is, which lamps are lit, and simulated ones to be pressed as on the wall.

import { ask } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { whenNew, write } from "/status/drawing.js";
import { keyOf } from "/status/formats.js";
import { key, post } from "/status/pressing.js";
import { t, told } from "/words/words.js";

const PANEL = "/api/v1/kds/panel";
const ASK_AGAIN_MS = 1000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;
const PRESSED_MS = 15000; // A hold may take 10 seconds.

const section = document.getElementById("devices");
const list = section.querySelector(".list");
const said = section.querySelector(".said");
let asking = 0;
let isIn = false; // Whoever looks may see each of them.
let counts = null;

/** So many there are, as `GET /health` has it. */
export function showDevices(now) {
  counts = now;
  section.hidden = false;
  showHow();
}

function showHow() {
  if (!counts) return;
  const { mode, buttons, bars, lights } = counts;
  const many = [["buttons", buttons], ["bars", bars], ["lights", lights]].filter(([, count]) => count);
  const parts = many.map(([kind, count]) => t(`status.devices.${kind}`, { count }));
  if (!parts.length) parts.push(t("status.devices.none"));
  const how = isIn ? "status.devices.press-here" : "status.devices.simulated";
  if (many.length && mode === "simulated") parts.push(t(how));
  write(section.querySelector(".how"), parts.join(" · "));
}

/** Ask again and again, as long as somebody may know it. */
export async function watchDevices() {
  clearTimeout(asking);
  const panel = await ask(PANEL, ANSWER_MS);
  if (panel !== undefined) show(panel);
  clearTimeout(asking);
  asking = setTimeout(watchDevices, panel === null ? SIGNED_OUT_MS : ASK_AGAIN_MS);
}

function show(panel) {
  isIn = panel !== null;
  showHow();
  const { buttons, bars, lights } = panel ?? { buttons: [], bars: [], lights: [] };
  const now = [panel?.mode, buttons.map(fixed), bars.map(fixed), lights.map(fixed)];
  whenNew(list, now, () => build(panel?.mode === "simulated", buttons, bars, lights));
  for (const device of [...buttons, ...bars]) state(device);
  for (const { id, lamp } of buttons) if (lamp) light(id, "lamp", lamp);
  for (const { id, lamps } of lights) {
    for (const [colour, lamp] of Object.entries(lamps)) light(id, colour, lamp);
  }
}

/** What of a device is not going to change by itself: a finger may be on it. */
function fixed({ id, station_id, actions, keys, keyboard, lamp, lamps }) {
  return [id, station_id, actions, keys, Boolean(keyboard), Boolean(lamp), Object.keys(lamps ?? {})];
}

function build(simulated, buttons, bars, lights) {
  list.replaceChildren(
    ...buttons.map((button) => row("button", button, [
      ...(button.lamp ? [lampOf(button.id, "lamp")] : []),
      element("div", "keys", ...Object.entries(button.actions).map(([gesture, action]) => {
        const path = `/buttons/${encodeURIComponent(button.id)}/press?gesture=${gesture}`;
        return pressable(simulated, `round ${gesture}`, button.id, t(`status.gesture.${gesture}`), action, path);
      })),
    ])),
    ...bars.map((bar) => row("bar", bar, [
      ...(bar.keyboard ? [boardOf(bar.id)] : []),
      element("div", "keys pad", ...Object.entries(bar.keys).map(([called, action]) => {
        const path = `/bars/${encodeURIComponent(bar.id)}/press`;
        return pressable(simulated || bar.keyboard, "", bar.id, called, action, path, { key: called });
      })),
    ])),
    ...lights.map((each) => row("light", each, [
      element("div", "stack", ...Object.keys(each.lamps).map((called) => lampOf(each.id, called))),
    ])),
  );
}

function row(kind, { id, station_id: station }, parts) {
  const at = station === null ? [t("status.all-stations")] : told("status.at-station", { station: name(station) });
  const where = element("span", "quiet", t(`status.device.${kind}`), " ", ...at);
  const item = element("li", kind, element("div", "", element("b", "", name(id)), " ", where));
  item.dataset.device = id;
  item.append(element("p", "state"), ...parts);
  return item;
}

/** A key that can be pressed, or only what it does. */
function pressable(simulated, kind, id, called, action, path, body) {
  const words = [element("span", "called", called), element("span", "does", action)];
  if (!simulated) return element("span", `fixed ${kind}`, ...words);
  const made = key(() => press(`${id}, ${called}`, path, body), ...words);
  made.className = kind;
  return made;
}

/** Where the keyboard of whoever opens it is this bar. */
function boardOf(id) {
  const link = element("a", "", t("status.device.its-board"));
  link.href = `/?bar=${encodeURIComponent(id)}`;
  return link;
}

function lampOf(id, called) {
  const lamp = element("span", `lamp ${called}`);
  lamp.dataset.lamp = called;
  lamp.dataset.of = id;
  return lamp;
}

function state({ id, state: now, why }) {
  const place = list.querySelector(`[data-device="${CSS.escape(id)}"] .state`);
  const words = t("status.device.state", { state: t(`status.device.state.${keyOf(now)}`), why });
  write(place, now === "ready" ? "" : words);
}

function light(id, called, { shows, state: now, why }) {
  const lamp = list.querySelector(`[data-of="${CSS.escape(id)}"][data-lamp="${called}"]`);
  const pattern = now === "ready" ? shows : "off";
  lamp.className = `lamp ${called} ${pattern.replace(/ /g, "-")}`;
  const facts = { lamp: t(`status.lamp.${called}`), shows: t(`status.shows.${keyOf(shows)}`) };
  if (now === "ready") write(lamp, t("status.lamp.shows", facts));
  else write(lamp, t("status.lamp.fails", { ...facts, state: t(`status.device.state.${keyOf(now)}`), why }));
}

async function press(what, path, body) {
  await post(said, what, PANEL + path, body, PRESSED_MS, ({ outcome, why }) => {
    const came = t(`status.outcome.${keyOf(outcome)}`);
    return why ? t("status.outcome.why", { came, why }) : came;
  });
  watchDevices();
}
