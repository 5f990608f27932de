// Learning the keys of a bump bar: one after the other is asked for, or whichever somebody presses.

import { element, name } from "/look/elements.js";
import { actionField, actionWords, placesOf } from "/setup/actions.js";
import { button } from "/setup/fields.js";
import { t, told } from "/words/words.js";

const AFTER_PLACES = ["bump", "next", "previous", "page", "page-back", "recall", "undo", "start", "all-day", "summon"];

/**
 * Learn the keys of a bar that is in force. What was learned goes into the draft, and `learned()` is
 * called. `learners` are told of each press (see `bars.js`) until they answer false.
 */
export function learning(draft, entry, learners, learned) {
  const place = element("div", "learning");
  const said = element("p", "asked");
  said.setAttribute("role", "status");
  const heading = (...more) => [
    element("h4", "", t("devices.learn"), ...more), element("p", "hint", t("devices.learn-acts")), said,
  ];
  const isInForce = (draft.inForce.document.bump_bar ?? []).some(({ id, transport }) => {
    return id === entry.id && transport === entry.transport;
  });

  function rest(...words) {
    hear = () => {};
    const walk = button(t("devices.learn-walk"), startWalk);
    const any = button(t("devices.learn-any"), startAny);
    for (const each of [walk, any]) each.disabled = !draft.isChangeable;
    said.replaceChildren(...words);
    place.replaceChildren(...heading(), element("div", "keys", walk, any));
  }

  /** What this key is to do from now on; nothing is written where it does so already. */
  function write(sent, action) {
    entry.keys = { ...entry.keys, [sent]: action };
    draft.changed();
    learned();
  }

  function startAny() {
    const stop = button(t("devices.learn-stop"), () => rest());
    said.textContent = t("devices.learn-press-any");
    place.replaceChildren(...heading(), element("div", "keys", stop));
    hear = ({ key, action }) => {
      const now = entry.keys?.[key] ?? action;
      const chosen = actionField(draft, `learn.${key}`, t("devices.learn-does"), {
        value: now ?? "",
        none: t("devices.learn-choose"),
        own: true,
        write: (text) => { if (text) write(key, text); },
      });
      const words = now
        ? told("devices.learn-known", { key: name(key), action: actionWords(now) })
        : told("devices.learn-unknown", { key: name(key) });
      said.replaceChildren(...words);
      place.replaceChildren(...heading(), chosen, element("div", "keys", stop));
    };
  }

  function startWalk() {
    const places = Array.from({ length: Math.min(placesOf(draft), 10) }, (_, index) => `bump ${index + 1}`);
    const wanted = [...places, ...AFTER_PLACES];
    const used = new Map(); // by key, what it was pressed for
    let at = 0;
    let added = 0;

    const ask = (...before) => {
      if (at === wanted.length) {
        rest(t("devices.learn-done", { count: added }));
        return;
      }
      said.replaceChildren(...before, t("devices.learn-press", { action: actionWords(wanted[at]) }));
      const back = button(t("devices.learn-back"), () => {
        at -= 1;
        for (const [key, action] of used) if (action === wanted[at]) used.delete(key);
        ask();
      });
      back.disabled = at === 0;
      const skip = button(t("devices.learn-skip"), () => {
        at += 1;
        ask();
      });
      const stop = button(t("devices.learn-stop"), () => rest(t("devices.learn-done", { count: added })));
      const step = t("devices.learn-step", { step: at + 1, of: wanted.length });
      place.replaceChildren(
        ...heading(" ", element("small", "hint", step)),
        element("div", "keys", skip, back, stop),
      );
    };
    hear = ({ key, action }) => {
      if (used.has(key)) {
        ask(...told("devices.learn-twice", { key: name(key), action: actionWords(used.get(key)) }), " ");
        return;
      }
      used.set(key, wanted[at]);
      if ((entry.keys?.[key] ?? action) !== wanted[at]) {
        write(key, wanted[at]);
        added += 1;
      }
      const words = told("devices.learn-taken", { key: name(key), action: actionWords(wanted[at]) });
      at += 1;
      ask(...words, " ");
    };
    ask();
  }

  let hear = () => {};
  if (entry.transport === "board") return element("p", "hint", t("devices.learn-board"));
  if (!isInForce) return element("p", "hint", t("devices.learn-later"));
  rest();
  learners.add((press) => {
    if (place.isConnected && press.device === entry.id && press.key) hear(press);
    return place.isConnected;
  });
  return place;
}
