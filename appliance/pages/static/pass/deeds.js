// What somebody does to orders: it is shown at once, and confirmed by the appliance or taken back.

import { title } from "/board/card.js";
import { sayWrong } from "/board/deeds.js";
import { notice } from "/board/notice.js";
import { act, fire, prioritize } from "/live/link.js";
import { name } from "/look/elements.js";
import { t, told } from "/words/words.js";

const DO = { // What is more than an action of the ticket's own path.
  fire,
  rush: (ticket) => prioritize(ticket, "urgent"),
  calm: (ticket) => prioritize(ticket, "normal"),
};
const STREAM_MS = 2000; // Within which what was confirmed comes by the stream, too.
const SAID = ["bump", "print", "recall", "void"]; // What is worth a word when it is done.

/** `isLive()`: whether the appliance is heard; `changed()` has the cards drawn. */
export function watchDeeds(isLive, changed) {
  const deeds = new Map(); // by ticket id, those under way

  function end(ticket, deed) {
    if (deeds.get(ticket.id) === deed) deeds.delete(ticket.id);
    changed();
  }

  return {
    /** What is under way on a ticket, or null. */
    of: (id) => deeds.get(id)?.action ?? null,
    /** The appliance has told of a ticket. */
    heard: (id) => deeds.get(id)?.settle(),
    /** Nobody answers: nothing that was asked for is known to have happened. */
    takeAllBack() {
      for (const { ticket } of deeds.values()) {
        sayWrong(name(title(ticket)), t("live.unanswered"));
      }
      deeds.clear();
      changed();
    },
    /** Offline it would act on what may be old, or much later. `open`: stations that are not done. */
    async perform(ticket, action, open = "") {
      if (!isLive() || deeds.has(ticket.id)) return;
      const deed = { ticket, action };
      const settled = new Promise((settle) => { deed.settle = settle; });
      deeds.set(ticket.id, deed);
      changed();
      const { wrong } = await (DO[action]?.(ticket) ?? act(ticket, action));
      if (deeds.get(ticket.id) !== deed) return; // It was taken back, and that was said.
      if (!wrong && action !== "print") {
        await Promise.race([settled, new Promise((done) => { setTimeout(done, STREAM_MS); })]);
      }
      end(ticket, deed);
      const order = name(title(ticket));
      if (wrong) return sayWrong(order, wrong);
      if (!SAID.includes(action) || (action === "bump" && ticket.status === "voided")) return notice();
      const message = action === "bump" && open ? "bump-undone" : action;
      notice(told(`pass.said-${message}`, { order, stations: name(open) }), "done");
    },
  };
}
