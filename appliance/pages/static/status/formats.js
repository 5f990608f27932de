// Numbers, times and names on the status page, as the reader's language writes them.

import { name } from "/look/elements.js";
import { spoken, written } from "/words/words.js";

const MEGABYTE = 1e6;
const GIGABYTE = 1e9;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The hour, and the day where it is not today. */
export function moment(at) {
  const [own, today] = [at, Date.now()].map((each) => written(each, { dateStyle: "short" }));
  const day = own === today ? {} : { month: "short", day: "numeric" };
  return written(at, { ...day, hour: "2-digit", minute: "2-digit" });
}

/** To the second. */
export function clock(at) {
  return written(at, { timeStyle: "medium" });
}

export function day(at) {
  return written(at, { dateStyle: "medium", timeStyle: "short" });
}

/** Seconds as one number of minutes, hours or days: nobody reads more of it. */
export function duration(seconds) {
  if (seconds < HOUR) return measure(Math.floor(seconds / 60), "minute");
  if (seconds < 2 * DAY) return measure(Math.floor(seconds / HOUR), "hour");
  return measure(Math.floor(seconds / DAY), "day", "long");
}

export function size(bytes) {
  if (bytes < MEGABYTE) return measure(Math.ceil(bytes / 1000), "kilobyte");
  if (bytes < GIGABYTE) return measure(Math.floor(bytes / MEGABYTE), "megabyte");
  return measure(bytes / GIGABYTE, "gigabyte", "short", 1);
}

export function milliseconds(count) {
  if (count >= 1000) return measure(count / 1000, "second", "short", 1);
  return measure(count, "millisecond", "short", count < 10 ? 1 : 0);
}

export function degrees(celsius) {
  return measure(celsius, "celsius");
}

export function percent(count) {
  return measure(count, "percent");
}

export function number(count) {
  return new Intl.NumberFormat(spoken()).format(count);
}

function measure(count, unit, unitDisplay = "short", maximumFractionDigits = 0) {
  const format = { style: "unit", unit, unitDisplay, maximumFractionDigits };
  return new Intl.NumberFormat(spoken(), format).format(count);
}

/** How messages call what the appliance calls `out of paper`. */
export function keyOf(state) {
  return state.replace(/ /g, "-");
}

/** As a sentence lists them. */
export function listed(all) {
  return new Intl.ListFormat(spoken()).format(all);
}

/** Names that others gave, as a sentence lists them: to be appended. */
export function names(all) {
  const parts = new Intl.ListFormat(spoken()).formatToParts(all);
  return parts.map(({ type, value }) => (type === "element" ? name(value) : value));
}
