// Lines that are ticked, or no longer: one after the other, and many at a time.

import { title } from "/board/card.js";
import { sayWrong } from "/board/deeds.js";
import { tick } from "/live/link.js";
import { name } from "/look/elements.js";

const STREAM_MS = 2000; // Within which what was confirmed comes by the stream, too.

/** `board` as that of `watchDeeds`, and `isBusy(id)`: something else is under way on the ticket. */
export function watchTicks(board) {
  const ticks = new Map(); // by ticket id: a Map from line ids to what was asked for: { isDone }

  function end({ id }, line) {
    const lines = ticks.get(id);
    lines.delete(line);
    if (!lines.size) ticks.delete(id);
    board.changed({ id });
  }

  return {
    /** Tick a line, or take its tick away. */
    async tick(ticket, { line_id: line, is_done: wasDone }) {
      if (!board.isLive() || board.isBusy(ticket.id)) return;
      const lines = ticks.get(ticket.id) ?? new Map();
      if (lines.has(line)) return;
      const asked = { isDone: !wasDone };
      ticks.set(ticket.id, lines.set(line, asked));
      board.changed(ticket);
      const { wrong } = await tick(ticket, line, asked.isDone);
      const isOpen = () => ticks.get(ticket.id)?.get(line) === asked;
      if (!wrong && isOpen()) await new Promise((done) => { setTimeout(done, STREAM_MS); });
      if (!isOpen()) return;
      end(ticket, line);
      const now = board.ticket(ticket.id)?.items.find((item) => item.line_id === line);
      if (wrong && now && now.is_done === wasDone) sayWrong(name(title(ticket)), wrong);
    },
    /** What is under way on a ticket: lines, each with whether it is to be ticked. */
    of(id) {
      return [...(ticks.get(id) ?? [])].map(([line, { isDone }]) => [line, isDone]);
    },
    /** The appliance has told of a ticket. */
    heard(id) {
      const items = board.ticket(id)?.items ?? [];
      for (const [line, { isDone }] of ticks.get(id) ?? []) {
        const item = items.find((each) => each.line_id === line);
        if (!item || item.is_done === isDone) end({ id }, line);
      }
    },
    /** Nobody answers. */
    takeAllBack() {
      const ids = [...ticks.keys()];
      ticks.clear();
      for (const id of ids) board.changed({ id });
    },
  };
}

/** The ticket as it is to be, where lines are being ticked. */
export function withTicks(ticket, ticks) {
  if (!ticks.length) return ticket;
  const wanted = new Map(ticks);
  const items = ticket.items.map((item) => {
    const isDone = wanted.get(item.line_id);
    return isDone === undefined ? item : { ...item, is_done: isDone, isSending: true };
  });
  return { ...ticket, items };
}
