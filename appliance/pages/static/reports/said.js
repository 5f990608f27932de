// Numbers, times and days as reports say them.

import { spoken, t, written } from "/words/words.js";

const DAY_MS = 86400000;

/** 4:05, or 1:04:05; a dash for what is not known. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = two(Math.round(seconds) % 60);
  return hours ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

export function number(value) {
  return new Intl.NumberFormat(spoken(), { maximumFractionDigits: 1 }).format(value);
}

/** 0.25 as 25 %; a dash for none. */
export function share(value) {
  if (value === null || value === undefined) return "–";
  return new Intl.NumberFormat(spoken(), { style: "percent", maximumFractionDigits: 1 }).format(value);
}

/** A date (`2026-10-24`) in words. */
export function dateInWords(date, form = { dateStyle: "full" }) {
  return new Date(`${date}T12:00:00Z`).toLocaleDateString(spoken(), { ...form, timeZone: "UTC" });
}

/** Another date, so many days later. */
export function daysLater(date, days) {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** A moment as the kitchen's clocks show it; where these are changed that day, with which of both. */
export function clock(at, day, more = {}) {
  const changed = day.hours.length !== 24 ? { timeZoneName: "short" } : {};
  const form = { hour: "2-digit", minute: "2-digit", timeZone: day.time_zone };
  return written(at, { ...form, ...changed, ...more });
}

/** What an order is called, or its number. */
export function called({ order_reference, order_id, order_number }) {
  if (order_number === null) return "";
  return order_reference || order_id || t("reports.number", { number: order_number });
}

/** Who, without what he signed in by. */
export function person(by) {
  return by === null ? t("reports.the-till") : by.replace(/^(pin|device):/, "");
}
