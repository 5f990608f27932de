// The day at a glance: its figures, and what they were on the day that it is compared with.

import { element, small } from "/look/elements.js";
import { dateInWords, duration, number, share } from "/reports/said.js";
import { t } from "/words/words.js";

const FIGURES = [
  ["orders", ({ orders }) => orders.orders, number],
  ["tickets", ({ total }) => total.tickets, number],
  ["items", ({ total }) => total.items, number],
  ["median", ({ total }) => total.median_seconds, duration],
  ["p90", ({ total }) => total.p90_seconds, duration],
  ["late-share", ({ total }) => total.late_share, share],
  ["longest-one", ({ total }) => total.longest_seconds, duration],
  ["order-median", ({ orders }) => orders.median_seconds, duration],
  ["open", ({ total }) => total.open, number],
  ["voided", ({ total }) => total.voided, number],
  ["recalls", ({ total }) => total.recalls, number],
  ["forgotten", ({ total }) => total.forgotten, number],
];

/** `other` is the day to compare with, or null. */
export function showGlance(place, day, other) {
  place.replaceChildren(...FIGURES.map(([figure, of, said]) => {
    const tile = element("li", "", small("", t(`reports.${figure}`)), element("b", "", said(of(day))));
    if (other) tile.append(small("then", t("reports.then", { value: said(of(other)), day: short(other) })));
    return tile;
  }));
}

function short({ date }) {
  return dateInWords(date, { weekday: "short", day: "numeric", month: "short" });
}
