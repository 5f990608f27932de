// What is on a board because no rule takes it: somebody should write one.

import { name } from "/look/elements.js";

const NAMED = 5; // Dishes of a warning: enough to see which rule is missing.

/** Say in `place` which dishes of these tickets no rule takes; `called` is a station's name. */
export function warnOfUnrouted(place, tickets, called) {
  const items = tickets.flatMap((ticket) => {
    const at = called(ticket.station_id);
    const unrouted = ticket.items.filter((item) => item.unrouted && item.change !== "deleted");
    return unrouted.map((item) => ({ dish: item.name, at }));
  });
  place.hidden = !items.length;
  const [count, them] = items.length === 1 ? ["1 item", "it"] : [`${items.length} items`, "them"];
  place.replaceChildren(
    `${count} went to `, ...listed(items.map(({ at }) => at), " and "),
    ` because no rule takes ${them}: `, ...listed(items.map(({ dish }) => dish), ", "),
  );
}

/** Each of these texts once; the first few, if they are many. */
function listed(texts, between) {
  const different = [...new Set(texts)];
  const more = different.length > NAMED ? [`${between}…`] : [];
  return [
    ...different.slice(0, NAMED).flatMap((text, place) => [place ? between : "", name(text)]),
    ...more,
  ];
}
