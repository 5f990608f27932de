// When the board sounds: for what is new, or becomes late, at a station that wants it, and for calls.

import { lateness } from "/live/time.js";

const DEGREES = ["", "late", "very-late"];

/** `play(tune)` plays; `sounds(station)` says whether a station wants to be heard. */
export function watchAlerts(tickets, sounds, play) {
  const known = new Map(); // by ticket id: how late it was when that was last looked at

  /** What has become late by now; `silently`, where nobody was there to hear it. */
  function look(now, silently = false) {
    const before = new Map(known);
    known.clear();
    for (const ticket of tickets.all()) {
      const late = ticket.status === "held" || ticket.status === "voided" ? "" : lateness(ticket, now);
      const was = before.get(ticket.id) ?? "";
      known.set(ticket.id, late);
      if (silently || !sounds(ticket.station_id)) continue;
      if (DEGREES.indexOf(late) > DEGREES.indexOf(was)) play(late);
    }
  }

  return {
    look,
    /** A ticket came, or came back from being held; not one that was told of again. */
    came(ticket) {
      if (sounds(ticket.station_id)) play("order");
    },
    called() {
      play("call");
    },
  };
}
