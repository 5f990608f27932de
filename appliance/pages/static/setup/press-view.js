// Presses as they come: what was pressed, what that does, and what came of it.

import { element, name } from "/look/elements.js";
import { actionWords } from "/setup/actions.js";
import { outcomeWords } from "/setup/panel-now.js";
import { listenToPresses } from "/setup/presses.js";
import { t, told } from "/words/words.js";

const MOST_SHOWN = 4;
const LIT_MS = 1500;

/** The newest presses of buttons, or of bars (`kind`), while `place` is in sight; `then` hears each. */
export function pressView(place, kind, then) {
  const hint = element("p", "hint", t(`devices.press-a-${kind}`));
  const list = element("ol", "presses");
  list.setAttribute("aria-live", "polite");
  listenToPresses(place, (press) => {
    if (press.kind !== kind) return;
    then(press);
    list.prepend(element("li", press.action ? "" : "unknown", ...pressWords(press)));
    while (list.children.length > MOST_SHOWN) list.lastChild.remove();
  }, (isHeard) => {
    hint.textContent = t(isHeard ? `devices.press-a-${kind}` : "devices.press-deaf");
    hint.classList.toggle("wrong", !isHeard);
  });
  return element("div", "press-view", hint, list);
}

/** Have the device light up in its list, so that it is seen from where the button is. */
export function pressedNow(list, { device }) {
  const row = list.querySelector(`[data-device="${CSS.escape(device)}"]`);
  if (!row) return;
  row.classList.add("pressed");
  clearTimeout(Number(row.dataset.lit));
  row.dataset.lit = setTimeout(() => row.classList.remove("pressed"), LIT_MS);
}

function pressWords({ device, key, gesture, action, outcome, why }) {
  const what = key ?? t(`devices.made-${gesture}`);
  const facts = { device: name(device), what: name(what) };
  if (!action) return told("devices.press-unknown", facts);
  const did = told("devices.press-does", { ...facts, action: actionWords(action) });
  return outcome ? [...did, " ", ...outcomeWords({ outcome, why })] : did;
}
