// What somebody does to tickets: it is shown at once, and confirmed by the appliance or taken back.

import { title } from "/board/card.js";
import { notice } from "/board/notice.js";
import { act, fire, move, prioritize, undo } from "/live/link.js";
import { name } from "/look/elements.js";
import { t, told } from "/words/words.js";

const BECOMES = {
  start: "in_progress", ready: "ready", bump: "bumped", recall: "recalled", void: "voided",
};
const PRIORITY = { rush: "urgent", calm: "normal" };
const DO = { // What is more than an action of the ticket's own path.
  fire,
  move,
  rush: (ticket) => prioritize(ticket, PRIORITY.rush),
  calm: (ticket) => prioritize(ticket, PRIORITY.calm),
};
const UNSEEN = ["fire", "print"]; // Whether they are done, a ticket does not say.
const STREAM_MS = 2000; // Within which what was confirmed comes by the stream, too.
const REFUSED = [404, 409]; // For what the kitchen is by now.
const HASTY_MS = 700; // Two presses within this are one: the second would take back one more.

/**
 * `page` has `isLive()`; `ticket(id)` as the appliance last told of it, or nothing where it has left;
 * `changed(ticket)`, which has its card drawn; and `words(ticket, action, more)`, what is said of it
 * when it is done, if anything.
 */
export function watchDeeds(page) {
  const deeds = new Map(); // by ticket id, those under way

  /** By the stream it is as was asked for: by this press, or by somebody else's. */
  function isSo({ ticket, action }) {
    const now = page.ticket(ticket.id);
    if (action === "bump") return !now || now.metadata.recallUntil !== ticket.metadata.recallUntil;
    if (action === "move") return !now;
    if (action in PRIORITY) return now?.priority === PRIORITY[action];
    // What starts later is started on a card that was begun already: then it is told of anew.
    return now?.status === BECOMES[action] && (now.status !== ticket.status || now !== ticket);
  }

  function end(deed) {
    if (deeds.get(deed.ticket.id) === deed) deeds.delete(deed.ticket.id);
    deed.settle();
    page.changed(deed.ticket);
  }

  return {
    /** What is under way on a ticket, or null. */
    of: (id) => deeds.get(id)?.action ?? null,
    /**
     * `more`: the station of a move, or what `words` says besides. Offline it would act on what may
     * be old, or much later.
     */
    async perform(ticket, action, more) {
      if (!page.isLive() || deeds.has(ticket.id)) return;
      const deed = { ticket, action };
      const settled = new Promise((settle) => { deed.settle = settle; });
      deeds.set(ticket.id, deed);
      page.changed(ticket);
      const { wrong, status } = await (DO[action]?.(ticket, more) ?? act(ticket, action));
      const awaitsStream = wrong ? REFUSED.includes(status) : !UNSEEN.includes(action);
      if (awaitsStream && !isSo(deed)) {
        await Promise.race([settled, new Promise((done) => { setTimeout(done, STREAM_MS); })]);
      }
      const isDone = !wrong || (REFUSED.includes(status) && isSo(deed)); // Or somebody else was first.
      const isTakenBack = deed.isTakenBack; // And was said to be.
      end(deed);
      if (isTakenBack) return;
      if (!isDone) return sayWrong(name(title(ticket)), wrong);
      const words = page.words(ticket, action, more);
      if (words) notice(words, "done");
      else notice();
    },
    /** The appliance has told of a ticket. */
    heard(id) {
      const deed = deeds.get(id);
      if (deed && isSo(deed)) end(deed);
    },
    /** Nobody answers: nothing that was asked for is known to have happened. */
    takeAllBack() {
      for (const deed of [...deeds.values()]) {
        deed.isTakenBack = true;
        sayWrong(name(title(deed.ticket)), t("live.unanswered"));
        end(deed);
      }
    },
    /** What was done last at a station, by whatever screen or button. */
    async takeBack({ id, name: station }, button) {
      if (!page.isLive() || button.ariaDisabled === "true") return;
      button.ariaDisabled = "true"; // One that is `disabled` loses the keyboard.
      const taken = await undo(id);
      if (taken.wrong) sayWrong(name(station), taken.wrong);
      else notice(told(`board.taken-back-${taken.undone}`, { ticket: name(title(taken)) }), "done");
      setTimeout(() => { button.ariaDisabled = "false"; }, HASTY_MS);
    },
  };
}

export function sayWrong(what, wrong) {
  notice(told("board.refused", { what, wrong }));
}
