// What the pass has handed off lately: it waits to be collected, and can be called back.

import { title } from "/board/card.js";
import { hour, isPastRecall } from "/live/time.js";
import { finished } from "/live/link.js";
import { element, name } from "/look/elements.js";
import { numberOf } from "/pass/orders.js";
import { t } from "/words/words.js";

const SHOWN = 30;

/** `recall(ticket)` is called when somebody wants it back. `collecting` knows what guests have by now. */
export function keepSent(recall, collecting) {
  let sent = []; // The newest first.

  const isCollected = (ticket) => {
    return collecting.isAsked(numberOf(ticket)) || !Number.isNaN(collecting.since(numberOf(ticket)));
  };

  /** As many as are shown; what waits for nobody goes first. */
  function kept(tickets) {
    if (tickets.length <= SHOWN) return tickets;
    const spare = tickets.filter(isCollected).pop() ?? tickets[tickets.length - 1];
    return tickets.filter((ticket) => ticket !== spare);
  }

  function drawLine(ticket, now, sending) {
    const [number, isOver] = [numberOf(ticket), isCollected(ticket)];
    const actions = { recall: () => recall(ticket) };
    if (!isOver) actions.collect = () => collecting.perform(number, ticket, now);
    const line = element(
      "li", "ticket order sent",
      element("strong", "reference", name(title(ticket))), " ",
      element("span", "facts", factsOf(ticket, now)),
      ...Object.entries(actions).map(([action, perform]) => {
        const button = element("button", "", t(`pass.${action}`));
        button.dataset.action = action;
        button.onclick = perform;
        return button;
      }),
    );
    line.dataset.order = ticket.id;
    line.tabIndex = -1;
    line.classList.toggle("collected", isOver);
    line.classList.toggle("busy", Boolean(sending(ticket.id)) || collecting.isAsked(number));
    return line;
  }

  function factsOf(ticket, now) {
    const number = numberOf(ticket);
    if (collecting.isAsked(number)) return t("pass.sending", { deed: t("pass.collect") });
    const since = collecting.since(number);
    const at = Number.isNaN(since) ? ticket.completed_at ?? ticket.updated_at : since;
    const said = { hour: hour(new Date(at), new Date(now)) };
    return Number.isNaN(since) ? t("pass.sent-at", said) : t("pass.collected-at", said);
  }

  return {
    clear() {
      sent = [];
    },
    /** A ticket has left the pass, or is back there. */
    tell(ticket, isLive) {
      const others = sent.filter(({ id }) => id !== ticket.id);
      sent = isLive || !ticket.metadata.recallUntil ? others : kept([ticket, ...others]);
    },
    /** What left it before this page was there to hear of it. */
    async look(pass) {
      const found = (await finished(pass)) ?? [];
      for (const ticket of found) {
        const at = ticket.metadata.collectedAt; // That it is here again, the stream tells sooner.
        if (at) collecting.tell(numberOf(ticket), at);
      }
      const isNew = ({ id }) => sent.every((known) => known.id !== id);
      sent = [...sent, ...found.filter((ticket) => ticket.metadata.recallUntil && isNew(ticket))]
        .sort((one, two) => Date.parse(two.updated_at) - Date.parse(one.updated_at) || 0);
    },
    /** A line for each that can still be called back; first what nobody has collected. */
    draw(now, sending) {
      sent = sent.filter((ticket) => !isPastRecall(ticket, now));
      const waiting = sent.filter((ticket) => !isCollected(ticket));
      return [...waiting, ...sent.filter(isCollected)].map((ticket) => drawLine(ticket, now, sending));
    },
  };
}
