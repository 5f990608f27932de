// What a card says of time, by the appliance's clock: `now` in milliseconds.

const MINUTE = 60000;
const HOUR = 60 * MINUTE;

/** An hour, and the day where it is not that of `other`. */
export function hour(at, other) {
  const sameDay = at.toDateString() === other.toDateString();
  const day = sameDay ? {} : { month: "short", day: "numeric" };
  return at.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
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
  if (startsByItself(ticket)) return remaining(ticket, now);
  const since = Date.parse(ticket.metadata.waitsSince ?? ticket.metadata.firedAt ?? ticket.created_at);
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Until it starts; nothing where that is more than an hour away. */
function remaining(ticket, now) {
  const left = Date.parse(ticket.metadata.firesAt) - now;
  if (left >= HOUR) return "";
  if (left <= 0) return "now";
  return left < MINUTE ? `in ${Math.ceil(left / 1000)} s` : `in ${Math.ceil(left / MINUTE)} min`;
}

/** `late`, `very late`, or nothing. */
export function lateness({ metadata }, now) {
  if (now >= Date.parse(metadata.veryLateAt)) return "very late";
  return now >= Date.parse(metadata.lateAt) ? "late" : "";
}

/** Whether what was bumped of a ticket can no longer be brought back. */
export function isPastRecall({ metadata }, now) {
  return now > Date.parse(metadata.recallUntil);
}

/** What a held ticket waits for. */
export function waitsFor(ticket, now) {
  if (startsByItself(ticket)) {
    return `starts ${hour(new Date(ticket.metadata.firesAt), new Date(now))}`;
  }
  return ticket.course_number === null ? "held" : `held · course ${ticket.course_number}`;
}

/** How far a station is with an order, for the pass: the name and a few words. */
export function progress(station, ticket, now) {
  const items = ticket.items.filter((item) => item.change !== "deleted");
  const done = items.filter((item) => item.is_done).length;
  const words = {
    held: startsByItself(ticket)
      ? `starts ${remaining(ticket, now) || hour(new Date(ticket.metadata.firesAt), new Date(now))}`
      : waitsFor(ticket, now),
    pending: "to do",
    in_progress: `cooking ${done}/${items.length}`,
    ready: "ready",
    recalled: "recalled",
  }[ticket.status];
  return [station, words, lateness(ticket, now)].filter(Boolean).join(" ");
}
