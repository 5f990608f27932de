// What somebody does to tickets: it is shown at once, and confirmed by the appliance or taken back.

import { title } from "/board/card.js";
import { notice } from "/board/notice.js";
import { act, fire, move, tick, undo } from "/live/link.js";
import { name } from "/look/elements.js";
import { told } from "/words/words.js";

const DO = { fire, move }; // What is more than an action of the ticket's own path.
const BECOMES = { start: "in_progress", ready: "ready", bump: "bumped", recall: "recalled" };
const STREAM_MS = 2000; // Within which what was confirmed comes by the stream, too.
const REFUSED = [404, 409]; // For what the kitchen is by now.
const HASTY_MS = 700; // Two presses within this are one: the second would take back one more.

/**
 * `board` has `isLive()`; `ticket(id)` as the appliance last told of it, or nothing where it has left;
 * `changed(ticket)`, which has its card drawn; and `called(id)`, the name of a station.
 */
export function watchDeeds(board) {
  const deeds = new Map(); // by ticket id, those under way
  const ticks = new Map(); // by ticket id: a Map from line ids to what was asked for: { isDone }

  /** By the stream it is as was asked for: by this press, or by somebody else's. */
  function isSo({ ticket, action }) {
    const now = board.ticket(ticket.id);
    if (action === "bump") return !now || now.metadata.recallUntil !== ticket.metadata.recallUntil;
    if (action === "move") return !now;
    // What starts later is started on a card that was begun already: then it is told of anew.
    return now?.status === BECOMES[action] && (now.status !== ticket.status || now !== ticket);
  }

  function end(deed) {
    if (deeds.get(deed.ticket.id) === deed) deeds.delete(deed.ticket.id);
    deed.settle();
    board.changed(deed.ticket);
  }

  /** `to` is the station of a move. Offline it would act on what may be old, or much later. */
  async function perform(ticket, action, to) {
    if (!board.isLive() || deeds.has(ticket.id)) return;
    const deed = { ticket, action };
    const settled = new Promise((settle) => { deed.settle = settle; });
    deeds.set(ticket.id, deed);
    board.changed(ticket);
    const { wrong, status } = await (DO[action]?.(ticket, to) ?? act(ticket, action));
    const awaitsStream = wrong ? REFUSED.includes(status) : action in BECOMES || action === "move";
    if (awaitsStream && !isSo(deed)) {
      await Promise.race([settled, new Promise((done) => { setTimeout(done, STREAM_MS); })]);
    }
    const isDone = !wrong || (REFUSED.includes(status) && isSo(deed)); // Or somebody else was first.
    const isTakenBack = deed.isTakenBack; // And was said to be.
    end(deed);
    if (isTakenBack) return;
    if (!isDone) sayWrong(name(title(ticket)), wrong);
    else if (action === "print") say("board.printing", { ticket: name(title(ticket)) });
    else if (to) say("board.moved", { ticket: name(title(ticket)), station: name(board.called(to)) });
    else notice();
  }

  /** Tick a line, or take its tick away; one line after the other, and many at a time. */
  async function tickLine(ticket, { line_id: line, is_done: wasDone }) {
    if (!board.isLive() || deeds.has(ticket.id)) return;
    const lines = ticks.get(ticket.id) ?? new Map();
    if (lines.has(line)) return;
    const asked = { isDone: !wasDone };
    ticks.set(ticket.id, lines.set(line, asked));
    board.changed(ticket);
    const { wrong } = await tick(ticket, line, asked.isDone);
    const isOpen = () => ticks.get(ticket.id)?.get(line) === asked;
    if (!wrong && isOpen()) await new Promise((done) => { setTimeout(done, STREAM_MS); });
    if (!isOpen()) return;
    endTick(ticket, line);
    const now = board.ticket(ticket.id)?.items.find((item) => item.line_id === line);
    if (wrong && now && now.is_done === wasDone) sayWrong(name(title(ticket)), wrong);
  }

  function endTick(ticket, line) {
    const lines = ticks.get(ticket.id);
    lines.delete(line);
    if (!lines.size) ticks.delete(ticket.id);
    board.changed(ticket);
  }

  return {
    perform,
    tickLine,
    /** What is under way on a ticket: an action or null, and lines that are to be ticked or not. */
    of(id) {
      const lines = [...(ticks.get(id) ?? [])].map(([line, { isDone }]) => [line, isDone]);
      return { sending: deeds.get(id)?.action ?? null, ticks: lines };
    },
    /** The appliance has told of a ticket. */
    heard(id) {
      const deed = deeds.get(id);
      if (deed && isSo(deed)) end(deed);
      const items = board.ticket(id)?.items ?? [];
      for (const [line, { isDone }] of ticks.get(id) ?? []) {
        const item = items.find((each) => each.line_id === line);
        if (!item || item.is_done === isDone) endTick({ id }, line);
      }
    },
    /** Nobody answers: nothing that was asked for is known to have happened. */
    takeAllBack(words) {
      for (const deed of [...deeds.values()]) {
        deed.isTakenBack = true;
        sayWrong(name(title(deed.ticket)), words);
        end(deed);
      }
      for (const id of [...ticks.keys()]) {
        ticks.delete(id);
        board.changed({ id });
      }
    },
    /** What was done last at a station, by whatever screen or button. */
    async takeBack({ id, name: station }, button) {
      if (!board.isLive() || button.ariaDisabled === "true") return;
      button.ariaDisabled = "true"; // One that is `disabled` loses the keyboard.
      const taken = await undo(id);
      if (taken.wrong) sayWrong(name(station), taken.wrong);
      else say(`board.taken-back-${taken.undone}`, { ticket: name(title(taken)) });
      setTimeout(() => { button.ariaDisabled = "false"; }, HASTY_MS);
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

function say(message, facts) {
  notice(told(message, facts), "done");
}

export function sayWrong(what, wrong) {
  notice(told("board.refused", { what, wrong }));
}
