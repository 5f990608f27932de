// The orders that the pass knows: each with its ticket there and those of the stations that cook it.

import { lateness, startsByItself, waitForCourse } from "/live/time.js";

const URGENCY = { urgent: 0, high: 1, normal: 2 };
const OPEN = ["pending", "in_progress", "recalled"];
const SOME = 200; // Tickets that left their stations and are kept, of orders that may be gone.

/** All of them, by the number that the appliance gave each. */
export function keepOrders() {
  const orders = new Map(); // by number: a Map from station ids to tickets
  const done = new Map(); // by ticket id, what left a station's board: the pass still has its order

  function put(ticket) {
    const number = numberOf(ticket);
    if (!orders.has(number)) orders.set(number, new Map());
    orders.get(number).set(ticket.station_id, ticket);
    done.delete(ticket.id);
  }

  function remove(ticket) {
    const tickets = orders.get(numberOf(ticket));
    tickets?.delete(ticket.station_id);
    if (tickets && !tickets.size) orders.delete(numberOf(ticket));
  }

  return {
    put,
    /** A ticket that is on a board, by its id; none where it has left it. */
    get(id) {
      const tickets = orders.get(numberOf({ id }))?.values() ?? [];
      return [...tickets].find((ticket) => ticket.id === id);
    },
    /** A ticket has left its board, by a bump as a rule. */
    finish(ticket) {
      remove(ticket);
      if (ticket.status === "bumped") done.set(ticket.id, ticket);
      if (done.size > SOME) {
        for (const [id, each] of done) if (!orders.has(numberOf(each))) done.delete(id);
      }
    },
    /** What has left a station's board before this page was there to hear of it. */
    recollect(tickets) {
      for (const ticket of tickets) {
        const isThere = orders.get(numberOf(ticket))?.has(ticket.station_id);
        if (!isThere && ticket.status === "bumped") done.set(ticket.id, ticket);
      }
    },
    clear() {
      orders.clear();
      done.clear();
    },
    /**
     * Those that a pass has, in the order of its board; of all that there are where it is null.
     * `stations`: that cook, in the order in which they are shown.
     */
    at(pass, stations) {
      const shown = [...orders].filter(([, tickets]) => pass === null || tickets.has(pass));
      return shown.map(([number, tickets]) => {
        const known = stations.flatMap(({ id, name }) => {
          const ticket = tickets.get(id) ?? done.get(`ticket-${number}-${id}`);
          return ticket ? [{ station: id, name, ticket, isGone: !tickets.has(id) }] : [];
        });
        const head = tickets.get(pass) ?? [...tickets.values()].reduce(first);
        return { number, head, atPass: pass !== null, parts: known, tickets: [...tickets.values()] };
      }).sort((one, other) => compare(one.head, other.head));
    },
  };
}

/** `ticket-NUMBER-STATION`: the number counts the orders of this appliance. */
export function numberOf(ticket) {
  return Number(ticket.id.split("-")[1]);
}

/** The order of a board, as the kitchen has it: see `sort_key` there. */
function compare(one, other) {
  const urgency = urgencyOf(one) - urgencyOf(other);
  const queued = one.metadata.queued - other.metadata.queued;
  return urgency || queued || numberOf(one) - numberOf(other);
}

function first(one, other) {
  return compare(one, other) <= 0 ? one : other;
}

function urgencyOf({ status, priority }) {
  return URGENCY[status === "held" ? "normal" : priority];
}

/** The parts of an order that somebody has still to do; what waits for its course is not among them. */
export function undone({ parts }) {
  return parts.filter(({ ticket, isGone }) => {
    return !isGone && (OPEN.includes(ticket.status) || startsByItself(ticket));
  });
}

/** Whether all stations are done with it: it can be handed over. */
export function isReady(order) {
  const isFired = order.tickets.some(({ status }) => !["held", "voided"].includes(status));
  return isFired && !undone(order).length;
}

/** Whether something of it waits for somebody's word, or all of it for its time. */
export function isHeld({ head, tickets }) {
  return startsByItself(head) || tickets.some((ticket) => waitForCourse(ticket).length > 0);
}

/** The worst of it, at the pass or at a station: `late`, `very-late`, or nothing. */
export function lateOf({ tickets }, now) {
  const found = tickets.map((ticket) => lateness(ticket, now));
  return ["very-late", "late"].find((each) => found.includes(each)) ?? "";
}

/** When all of it was promised, in milliseconds; NaN where nothing was. */
export function promiseOf({ head }) {
  return Date.parse(head.target_time);
}

/** Since when its guest waits, in milliseconds; NaN while it waits for its time. */
export function waitsSince({ head }) {
  if (head.status === "held" || head.status === "voided") return NaN;
  return Date.parse(head.metadata.waitsSince ?? head.metadata.firedAt ?? head.created_at);
}
