// A bump bar that is a keyboard of the computer that shows this page: `/?bar=` and its id.

import { devices, pressKey } from "/live/link.js";
import { t } from "/words/words.js";

const STALE_MS = 3000; // What is sent later than this is not what the cook sees any more.
const NO_KEYS = { codes: {}, repeats: [] };
const AGAIN_MS = 5000; // That nobody knows the bar has to be seen until it is mended.
const MOST_WAITING = 20; // Presses: more than fingers can want.
// In the order in which the profiles have them.
const MODIFIERS = [
  "ControlLeft", "ShiftLeft", "ShiftRight", "AltLeft",
  "ControlRight", "AltRight", "MetaLeft", "MetaRight",
];

/**
 * Press the bar with this id by the keyboard, one key after the other, while the board `isLive`;
 * `tell` takes the name of its station and words for what went wrong. Call `renew` when the
 * appliance may have another configuration.
 */
export function watchBar(id, isLive, tell) {
  let bar = null;
  let again = 0;
  let turn = Promise.resolve();
  let waiting = 0;

  async function send(station, name, at) {
    const ago = performance.now() - at;
    const came = ago > STALE_MS || !isLive() ? { wrong: t("board.too-late") }
      : await pressKey(id, name, ago);
    waiting -= 1;
    const wrong = came.wrong ?? came.why;
    if (wrong) tell(station, wrong);
  }

  listenToKeys(() => bar?.keyboard ?? NO_KEYS, (name, at) => {
    if (!isLive() || waiting >= MOST_WAITING) return;
    waiting += 1;
    const station = bar.station_id; // The bar may be gone when it is this one's turn.
    turn = turn.then(() => send(station, name, at));
  });
  async function renew() {
    const { wrong, bars } = await devices();
    if (!wrong) bar = bars.find((each) => each.id === id && each.keyboard) ?? null;
    if (bar) return;
    tell(null, wrong ?? t("board.no-bar", { id }));
    clearTimeout(again);
    again = setTimeout(() => isLive() && renew(), AGAIN_MS);
  }
  return { renew };
}

/**
 * Make presses of what the keyboard sends: `press(name, at)`, `at` of performance.now(). A key counts
 * when it goes down, a modifier alone when it is released and no other key came in between.
 * `keyboard()` is what the appliance says of it.
 */
function listenToKeys(keyboard, press) {
  const down = new Map(); // by code, what a key that is down has been told as, if it was
  let alone = null; // the modifier that is down without another key, and since when
  const held = () => MODIFIERS.filter((code) => down.has(code));

  function onDown({ code, repeat }, at) {
    if (repeat) {
      const { codes, repeats } = keyboard();
      const name = codes[down.get(code)];
      if (repeats.includes(name)) press(name, at);
      return;
    }
    if (MODIFIERS.includes(code)) {
      alone = held().length ? null : { code, at };
      down.set(code, null);
      return;
    }
    alone = null;
    const chord = [...held(), code].join("+");
    down.set(code, chord);
    const name = keyboard().codes[chord];
    if (name) press(name, at);
  }

  function onUp({ code }) {
    const was = alone;
    down.delete(code);
    if (was?.code !== code) return;
    alone = null;
    const name = keyboard().codes[code];
    if (name) press(name, was.at);
  }

  /** Whether a key is the bar's: then the page is not scrolled by it, and no button pressed. */
  const isOurs = (code) => {
    const { codes } = keyboard();
    return Boolean(codes[[...held(), code].join("+")] ?? codes[code]);
  };
  const listen = (type, handle) => addEventListener(type, (event) => {
    if (event.target.closest?.("input")) return; // Somebody signs in.
    const ours = isOurs(event.code);
    handle(event, performance.now());
    if (ours) event.preventDefault();
  }, true);
  listen("keydown", onDown);
  listen("keyup", onUp);
  addEventListener("blur", () => { // What is released elsewhere is never heard of.
    down.clear();
    alone = null;
  });
}
