// What a card says of time, by the appliance's clock: `now` in milliseconds.

import { t, written } from "/words/words.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;

/** An hour, and the day where it is not that of `other`. */
export function hour(at, other) {
  const [own, others] = [at, other].map((each) => written(each, { dateStyle: "short" }));
  const day = own === others ? {} : { month: "short", day: "numeric" };
  return written(at, { ...day, hour: "2-digit", minute: "2-digit" });
}

/** An hour with its seconds. */
export function clock(at) {
  return written(at, { timeStyle: "medium" });
}

/** Whether a ticket is held and starts by itself. */
export function startsByItself({ status, metadata }) {
  return status === "held" && Boolean(metadata.firesAt);
}

/** Whether a line waits; none of a ticket that is struck through does. */
export function waits(item, { status }) {
  return item.held && status !== "voided";
}

/** The lines of a ticket that wait for their course. */
export function waitForCourse(ticket) {
  return ticket.items.filter((item) => waits(item, ticket) && !timed(item, ticket));
}

/** Those that start by themselves, later. */
export function startLater(ticket) {
  return ticket.items.filter((item) => waits(item, ticket) && timed(item, ticket));
}

function timed(item, ticket) {
  return ticket.metadata.items?.[item.line_id]?.firesAt;
}

/** How long somebody has waited for it, since it was fired or else came; or when it starts. */
export function age(ticket, now) {
  if (startsByItself(ticket)) return remaining(ticket, now, "live.in-");
  const since = Date.parse(ticket.metadata.waitsSince ?? ticket.metadata.firedAt ?? ticket.created_at);
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Until it starts, by the messages that begin so; nothing where that is more than an hour away. */
function remaining(ticket, now, message) {
  const left = Date.parse(ticket.metadata.firesAt) - now;
  if (left >= HOUR) return "";
  if (left <= 0) return t(`${message}now`);
  const [unit, size] = left < MINUTE ? ["seconds", 1000] : ["minutes", MINUTE];
  return t(`${message}${unit}`, { count: Math.ceil(left / size) });
}

/** `late`, `very-late`, or nothing. */
export function lateness({ metadata }, now) {
  if (now >= Date.parse(metadata.veryLateAt)) return "very-late";
  return now >= Date.parse(metadata.lateAt) ? "late" : "";
}

/** Whether what was bumped of a ticket can no longer be brought back. */
export function isPastRecall({ metadata }, now) {
  return now > Date.parse(metadata.recallUntil);
}

/** What a held ticket waits for. */
export function waitsFor(ticket, now) {
  if (startsByItself(ticket)) return t("live.starts-at", { hour: startHour(ticket, now) });
  if (ticket.course_number === null) return t("live.held");
  return t("live.held-course", { course: ticket.course_number });
}

function startHour(ticket, now) {
  return hour(new Date(ticket.metadata.firesAt), new Date(now));
}

/** How far a station is with an order, for the pass: the name and a few words. */
export function progress(station, ticket, now) {
  const late = lateness(ticket, now);
  return [station, stage(ticket, now), late && t(`live.${late}`)].filter(Boolean).join(" ");
}

function stage(ticket, now) {
  if (ticket.status === "held") {
    return (startsByItself(ticket) && remaining(ticket, now, "live.starts-")) || waitsFor(ticket, now);
  }
  if (ticket.status === "pending") return t("live.to-do");
  if (ticket.status !== "in_progress") return t(`live.${ticket.status}`);
  const items = ticket.items.filter((item) => item.change !== "deleted");
  const done = items.filter((item) => item.is_done).length;
  return t("live.cooking-part", { done, all: items.length });
}
