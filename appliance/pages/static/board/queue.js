// The tickets that a board knows, each in the queue of its station, in the kitchen's order.

const URGENCY = { urgent: 0, high: 1, normal: 2 };

/** All of them, whether in sight or not. */
export function keepTickets() {
  const tickets = new Map(); // by id
  const queues = new Map(); // by station id

  function remove(id) {
    const ticket = tickets.get(id);
    if (!ticket) return;
    tickets.delete(id);
    const queue = queues.get(ticket.station_id);
    queue.splice(queue.indexOf(ticket), 1);
    if (!queue.length) queues.delete(ticket.station_id);
  }

  return {
    get: (id) => tickets.get(id),
    has: (id) => tickets.has(id),
    all: () => [...tickets.values()],
    /** Those of a station, in their order. */
    at: (station) => queues.get(station) ?? [],
    stations: () => [...queues.keys()],
    put(ticket) {
      remove(ticket.id);
      tickets.set(ticket.id, ticket);
      const queue = queues.get(ticket.station_id) ?? [];
      queues.set(ticket.station_id, queue);
      queue.splice(placeIn(queue, ticket), 0, ticket);
    },
    remove,
    clear() {
      tickets.clear();
      queues.clear();
    },
  };
}

function placeIn(queue, ticket) {
  let [from, to] = [0, queue.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (before(ticket, queue[middle])) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The order of a board, as the kitchen has it: see `sort_key` there. */
function before(one, other) {
  const urgency = urgencyOf(one) - urgencyOf(other);
  const queued = one.metadata.queued - other.metadata.queued;
  return (urgency || queued || number(one) - number(other)) < 0;
}

function urgencyOf({ status, priority }) {
  return URGENCY[status === "held" ? "normal" : priority];
}

/** `ticket-NUMBER-STATION`: the number counts the orders of this appliance. */
export function number(ticket) {
  return Number(ticket.id.split("-")[1]);
}
