// What the pass has handed off lately, and can call back.

import { title } from "/board/card.js";
import { hour, isPastRecall } from "/live/time.js";
import { finished } from "/live/link.js";
import { element, name } from "/look/elements.js";
import { t } from "/words/words.js";

const SHOWN = 30;

/** `recall(ticket)` is called when somebody wants it back. */
export function keepSent(recall) {
  let sent = []; // The newest first.

  return {
    clear() {
      sent = [];
    },
    /** A ticket has left the pass, or is back there. */
    tell(ticket, isLive) {
      const others = sent.filter(({ id }) => id !== ticket.id);
      sent = isLive || !ticket.metadata.recallUntil ? others : [ticket, ...others].slice(0, SHOWN);
    },
    /** What left it before this page was there to hear of it. */
    async look(pass) {
      const found = (await finished(pass)) ?? [];
      const isNew = ({ id }) => sent.every((known) => known.id !== id);
      sent = [...sent, ...found.filter((ticket) => ticket.metadata.recallUntil && isNew(ticket))]
        .sort((one, two) => Date.parse(two.updated_at) - Date.parse(one.updated_at) || 0);
    },
    /** A line for each that can still be called back. */
    draw(now, sending) {
      sent = sent.filter((ticket) => !isPastRecall(ticket, now));
      return sent.map((ticket) => {
        const at = hour(new Date(ticket.completed_at ?? ticket.updated_at), new Date(now));
        const button = element("button", "", t("pass.recall"));
        button.dataset.action = "recall";
        button.onclick = () => recall(ticket);
        const line = element(
          "li", "ticket order sent",
          element("strong", "reference", name(title(ticket))), " ",
          element("span", "facts", t("pass.sent-at", { hour: at })), button,
        );
        line.dataset.order = ticket.id;
        line.tabIndex = -1;
        line.classList.toggle("busy", Boolean(sending(ticket.id)));
        return line;
      });
    },
  };
}
