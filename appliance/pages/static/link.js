// The event stream, and the truth about it: live only while something is heard.

const EVENTS = "/api/v1/kds/events";
const SILENCE_MS = 4000; // The server speaks every 2 s; the page owns up within 5 s.
const RETRY_MS = 1000;

/**
 * Follow the kitchen. `on` has: snapshot(payload), ticket(type, ticket), beat(fault),
 * live(), offline(since: Date), signedOut().
 */
export function follow(on) {
  let source = null;
  let heardAt = performance.now();
  let heardTime = new Date();
  let position = null;
  let live = false;
  let serverOffset = 0;

  function heard(at) {
    heardAt = performance.now();
    heardTime = new Date(at);
    serverOffset = heardTime.getTime() - heardAt;
    if (!live) {
      live = true;
      on.live();
    }
  }

  function lost() {
    if (live || position === null) {
      live = false;
      on.offline(heardTime);
    }
  }

  function connect() {
    const since = position === null ? "" : `?since=${encodeURIComponent(position)}`;
    source = new EventSource(EVENTS + since);
    source.onmessage = (message) => {
      const event = JSON.parse(message.data);
      if (message.lastEventId) position = message.lastEventId;
      if (event.type === "beat") {
        heard(event.at);
        on.beat(event.fault);
      } else if (event.type === "kds.snapshot") {
        on.snapshot(event.payload);
        heard(event.at);
      } else {
        on.ticket(event.type, event.payload.ticket);
      }
    };
    source.onerror = () => {
      lost();
      // The browser's own retry gives up on some answers, and does not say which.
      source.close();
      setTimeout(reconnect, RETRY_MS);
    };
  }

  async function reconnect() {
    try {
      const answer = await fetch("/api/v1/kds/session", { cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) {
        on.signedOut();
        return;
      }
    } catch {
      // Not reachable: the stream will say so as well.
    }
    connect();
  }

  setInterval(() => {
    if (live && performance.now() - heardAt > SILENCE_MS) {
      lost();
      source.close();
      connect();
    }
  }, 250);
  reconnect();

  return {
    /** The server's time, which is what ages are counted by. */
    now: () => serverOffset + performance.now(),
  };
}

/** Do something to a ticket. Resolves to null, or to the words for what went wrong. */
export async function act(ticket, action, body) {
  const path = `/api/v1/kds/stations/${encodeURIComponent(ticket.station_id)}/orders/` +
    `${encodeURIComponent(ticket.order_id)}/ticket/${action}`;
  return post(path, body);
}

/** Fire the courses of an order up to a number. As `act`. */
export async function fire(ticket) {
  return post("/api/v1/kds/courses/fire", {
    order_id: ticket.order_id,
    course_number: ticket.course_number ?? 0,
  });
}

async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
      signal: AbortSignal.timeout(5000),
    });
    return answer.ok ? null : (await answer.json()).message;
  } catch {
    return "the appliance did not answer; nothing may have happened";
  }
}
