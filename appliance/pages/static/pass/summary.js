// The kitchen in one line, and which of its orders are shown.

import { isHeld, isReady, lateOf, promiseOf, waitsSince } from "/pass/orders.js";
import { hour } from "/live/time.js";
import { element } from "/look/elements.js";
import { t } from "/words/words.js";

/** Which orders each of the filters shows; those that were handed off are asked for otherwise. */
const FILTERS = {
  all: () => true,
  late: (order, now) => lateOf(order, now) !== "",
  ready: isReady,
  held: isHeld,
};
export const SENT = "sent";

/** Those of these orders that a filter shows. */
export function filtered(orders, filter, now) {
  return orders.filter((order) => FILTERS[filter](order, now));
}

/** Say how it goes: `12 open · 3 late · oldest 14:20 · next promised 19:42`. */
export function drawSummary(place, orders, now) {
  const late = filtered(orders, "late", now).length;
  const oldest = Math.min(...orders.map(waitsSince).filter((since) => since <= now));
  const next = Math.min(...orders.map(promiseOf).filter((promise) => promise >= now));
  const facts = [
    t("pass.open", { count: orders.length }),
    t("pass.late-count", { count: late }),
    Number.isFinite(oldest) && t("pass.oldest", { age: minutes(now - oldest) }),
    Number.isFinite(next) && t("pass.next-promised", { hour: hour(new Date(next), new Date(now)) }),
  ];
  put(place, facts.filter(Boolean).join(" · "));
  place.classList.toggle("late", late > 0);
}

function minutes(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A button for each filter in `place`, with how many it shows; `choose(filter)` is what is pressed. */
export function makeFilters(place, choose) {
  const buttons = [...Object.keys(FILTERS), SENT].map((filter) => {
    const count = element("span", "count");
    const button = element("button", "", t(`pass.filter-${filter}`), " ", count);
    button.dataset.filter = filter;
    button.onclick = () => choose(filter);
    place.append(button);
    return { filter, button, count };
  });
  return function tell(chosen, orders, now) {
    for (const { filter, button, count } of buttons) {
      button.ariaPressed = String(filter === chosen);
      if (filter !== SENT) put(count, String(filtered(orders, filter, now).length));
    }
  };
}

export function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
