// Orders that their guests have, or who delivers them: said at once, and confirmed or taken back.

import { title } from "/board/card.js";
import { sayWrong } from "/board/deeds.js";
import { notice } from "/board/notice.js";
import { press } from "/live/link.js";
import { name } from "/look/elements.js";

/** `page` has `isLive()`, and `changed()`, which has it drawn. */
export function watchCollecting(page) {
  const asked = new Set(); // The numbers of orders for which it is not confirmed yet.
  const collected = new Map(); // by order, when: milliseconds

  return {
    /** What is told of an order: when it was collected, or nothing where it is here. */
    tell(number, at) {
      if (at) collected.set(number, Date.parse(at));
      else collected.delete(number);
    },
    isAsked: (number) => asked.has(number),
    /** In milliseconds; NaN for one that is here. */
    since: (number) => collected.get(number) ?? NaN,
    /** Offline it would be about what may be old. */
    async perform(number, ticket, now) {
      if (!page.isLive() || asked.has(number)) return;
      asked.add(number);
      page.changed();
      const path = `/api/v1/kds/expo/orders/${encodeURIComponent(ticket.order_id)}/collected`;
      const { wrong } = await press(path);
      if (!asked.delete(number)) return; // Nobody is signed in any more.
      if (wrong) sayWrong(name(title(ticket)), wrong);
      else notice();
      if (!wrong && !collected.has(number)) collected.set(number, now); // The stream says it, too.
      page.changed();
    },
    clear() {
      asked.clear();
      collected.clear();
    },
  };
}
