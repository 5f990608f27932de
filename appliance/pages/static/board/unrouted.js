// What is on a board because no rule takes it: somebody should write one.

import { element, name } from "/look/elements.js";
import { spoken, told } from "/words/words.js";

const NAMED = 5; // Dishes of a warning: enough to see which rule is missing.

/** Say in `place` which dishes of these tickets no rule takes; `called` is a station's name. */
export function warnOfUnrouted(place, tickets, called) {
  const items = tickets.flatMap((ticket) => {
    const at = called(ticket.station_id);
    const unrouted = ticket.items.filter((item) => item.unrouted && item.change !== "deleted");
    return unrouted.map((item) => ({ dish: item.name, at }));
  });
  place.hidden = !items.length;
  place.replaceChildren(...told("board.unrouted", {
    count: items.length,
    stations: element("span", "", ...joined(items.map(({ at }) => at))),
    dishes: element("span", "", ...listed(items.map(({ dish }) => dish))),
  }));
}

/** Each of these texts once, as one says it. */
function joined(texts) {
  const all = new Intl.ListFormat(spoken(), { type: "conjunction" });
  const parts = all.formatToParts(new Set(texts));
  return parts.map(({ type, value }) => (type === "element" ? name(value) : value));
}

/** Each of these texts once; the first few, if they are many. */
function listed(texts) {
  const different = [...new Set(texts)];
  const named = different.slice(0, NAMED).flatMap((text, place) => [place ? ", " : "", name(text)]);
  return [...named, ...(different.length > NAMED ? [", …"] : [])];
}
