// Buttons, bump bars and lights on the status page, for whoever is signed in: how they are, which
// lamps are lit, and simulated ones to be pressed.

import { ask, within } from "/live/asking.js";

const PANEL = "/api/v1/kds/panel";
const ASK_AGAIN_MS = 1000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;
const PRESSED_MS = 15000; // A hold may take 10 seconds.

const byId = (id) => document.getElementById(id);
let structure = "";
let asking = 0;

async function look() {
  clearTimeout(asking);
  const panel = await ask(PANEL, ANSWER_MS);
  if (panel !== undefined) show(panel);
  clearTimeout(asking);
  asking = setTimeout(look, panel === null ? SIGNED_OUT_MS : ASK_AGAIN_MS);
}

function show(panel) {
  const { buttons, bars, lights } = panel ?? { buttons: [], bars: [], lights: [] };
  byId("devices").hidden = !(buttons.length || bars.length || lights.length);
  const now = JSON.stringify([panel?.mode, buttons.map(fixed), bars.map(fixed), lights.map(fixed)]);
  if (now !== structure) {
    structure = now;
    build(panel?.mode === "simulated", buttons, bars, lights);
  }
  for (const device of [...buttons, ...bars]) state(device.id, device);
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
  byId("device-list").replaceChildren(
    ...buttons.map((button) => row(button, [
      ...(button.lamp ? [lampOf(button.id, "lamp")] : []),
      keys(Object.entries(button.actions).map(([gesture, action]) => {
        const words = gesture === "press" ? action : `${gesture}: ${action}`;
        const path = `/buttons/${encodeURIComponent(button.id)}/press?gesture=${gesture}`;
        return key(simulated, words, button.id, path);
      })),
    ])),
    ...bars.map((bar) => row(bar, [
      ...(bar.keyboard ? [boardOf(bar.id)] : []),
      keys(Object.entries(bar.keys).map(([name, action]) => {
        const path = `/bars/${encodeURIComponent(bar.id)}/press`;
        const pressed = key(simulated || bar.keyboard, name, bar.id, path, { key: name });
        pressed.title = action;
        return pressed;
      })),
    ])),
    ...lights.map((each) => row(each, Object.keys(each.lamps).map((name) => lampOf(each.id, name)))),
  );
}

function row({ id, station_id: station }, parts) {
  const item = document.createElement("li");
  item.dataset.device = id;
  const head = element("div");
  const where = element("span", "quiet", station === null ? " for all stations" : ` at ${station}`);
  head.append(element("b", "", id), where, element("span", "state"));
  item.append(head, ...parts);
  return item;
}

function keys(all) {
  const group = element("div", "keys");
  group.append(...all);
  return group;
}

/** A key that can be pressed, or only its name. */
function key(simulated, words, id, path, body) {
  if (!simulated) return element("span", "quiet", words);
  const button = element("button", "", words);
  button.type = "button";
  button.addEventListener("click", () => press(`${id}, ${words}`, path, body));
  return button;
}

/** Where the keyboard of whoever opens it is this bar. */
function boardOf(id) {
  const link = element("a", "", "its board");
  link.href = `/?bar=${encodeURIComponent(id)}`;
  return link;
}

function lampOf(id, name) {
  const lamp = element("span", `lamp ${name}`);
  lamp.dataset.lamp = name;
  lamp.dataset.of = id;
  return lamp;
}

function state(id, { state: now, why }) {
  const words = now === "ready" ? "" : ` ${now}: ${why}`;
  write(document.querySelector(`[data-device="${CSS.escape(id)}"] .state`), words);
}

function light(id, name, { shows, state: now, why }) {
  const lamp = document.querySelector(`[data-of="${CSS.escape(id)}"][data-lamp="${name}"]`);
  const pattern = now === "ready" ? shows : "off";
  lamp.className = `lamp ${name} ${pattern.replaceAll(" ", "-")}`;
  write(lamp, now === "ready" ? `${name} ${shows}` : `${name} ${now}: ${why}`);
}

async function press(words, path, body) {
  write(byId("pressed"), `${words} …`);
  const options = { method: "POST", signal: within(PRESSED_MS) };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  try {
    const answer = await fetch(PANEL + path, options);
    const said = await answer.json();
    const came = answer.ok ? [said.outcome, said.why].filter(Boolean).join(": ") : said.message;
    write(byId("pressed"), `${words}: ${came}`);
  } catch {
    write(byId("pressed"), `${words}: nobody answers`);
  }
  look();
}

/** What has not changed is left alone: it may be being read out. */
function write(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

look();
