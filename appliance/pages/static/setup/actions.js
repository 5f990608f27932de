// What a press can do, in words: `bump`, `bump 3`, `next`.

import { composed, select } from "/setup/devices.js";
import { t } from "/words/words.js";

const AT_A_PLACE = ["bump", "start", "ready", "fire", "item", "print", "select"];
const USUAL_PLACES = 8;

/** How many places of a board have a number. */
export function placesOf(draft) {
  return draft.document.panel?.tickets_per_page ?? USUAL_PLACES;
}

/** An action as the configuration writes it, in words. */
export function actionWords(text) {
  const [verb, place] = text.trim().split(/ +/);
  return place ? t(`devices.act-${verb}-place`, { place }) : t(`devices.act-${verb}`);
}

/**
 * A field for an action. `none` is the word for doing nothing; without it there is always one, and
 * `usual` is not written. `own`: it may be for a place of its own, besides that of the device.
 */
export function actionField(draft, key, label, { value, usual, none, own, hint, write }) {
  const [verb = "", place = ""] = (value ?? usual ?? "").trim().split(/ +/);
  const verbs = draft.choices.actions.map((each) => [each, t(`devices.act-${each}`)]);
  const places = Array.from({ length: placesOf(draft) }, (_, index) => {
    return [String(index + 1), t("devices.place", { place: index + 1 })];
  });
  const taken = () => {
    const at = AT_A_PLACE.includes(chosen.value) ? where.value || (chosen.value === "select" && own ? "1" : "") : "";
    const text = [chosen.value, at].filter(Boolean).join(" ");
    where.value = at;
    where.hidden = !own || !AT_A_PLACE.includes(chosen.value);
    write(text && text !== usual ? text : undefined);
  };
  const chosen = select(draft, none ? [["", none], ...verbs] : verbs, verb, taken);
  const where = select(draft, [["", t("devices.selected")], ...places], place, taken);
  where.hidden = !(own || place) || !AT_A_PLACE.includes(verb);
  where.setAttribute("aria-label", t("devices.which"));
  return composed(key, label, chosen, { parts: [chosen, where], hint });
}
