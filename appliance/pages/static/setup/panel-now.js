// How buttons, bump bars and lights in force are, in words; simulated ones can be worked here.

import { ask } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { button, more } from "/setup/fields.js";
import { whileInSight } from "/setup/sight.js";
import { t, told } from "/words/words.js";

const PANEL = "/api/v1/kds/panel";
const ASK_AGAIN_MS = 1000;
const ANSWER_MS = 2500;
const FEW = 4; // Keys that stand open.
const PRESSED_MS = 15000; // A hold may take 10 seconds.

/** Tell `show` of all that is in force, while `place` is in sight; undefined where nobody answers. */
export function watchPanel(place, show) {
  whileInSight(place, ASK_AGAIN_MS, async () => show(await ask(PANEL, ANSWER_MS)));
}

/**
 * Say below a device how it is. `presses(device)`: what a simulated one can be made to do; what is
 * there already stays, for a finger may be on it.
 */
export function deviceNow(place, now, device, presses) {
  const isWorked = now?.mode === "simulated" || Boolean(device?.keyboard);
  const all = device && isWorked ? presses(device) : [];
  const shape = JSON.stringify(all);
  if (place.dataset.shape !== shape) {
    place.dataset.shape = shape;
    const came = element("span", "said");
    const keys = element("div", "keys", ...all.map(({ words, path, body }) => {
      return button(words, () => work(came, path, body));
    }));
    const hands = all.length > FEW ? more(t("devices.keys-here"), keys) : keys;
    place.replaceChildren(element("span", "state"), ...(all.length ? [hands, came] : []));
  }
  const state = place.querySelector(".state");
  const words = device ? stateWords(device) : [t(now ? "devices.not-in-force" : "devices.unknown")];
  const text = words.map((each) => each.textContent ?? each).join("");
  if (state.textContent !== text) state.replaceChildren(...words);
  place.classList.toggle("warning", Boolean(device) && device.state !== "ready");
}

function stateWords({ state, why }) {
  const kind = state.replaceAll(" ", "-");
  return state === "ready" ? [t("devices.device-ready")] : told(`devices.device-${kind}`, { why: name(why) });
}

async function work(came, path, body) {
  came.textContent = "…";
  const { status, body: answer } = await request("POST", PANEL + path, body, PRESSED_MS);
  if (status === 200) came.replaceChildren(...outcomeWords(answer));
  else came.textContent = status ? answer?.message ?? String(status) : t("devices.no-answer");
}

/** What a press came to. */
export function outcomeWords({ outcome, why }) {
  return told(`devices.came-${outcome.replaceAll(" ", "-")}`, { why: name(why ?? "") });
}
