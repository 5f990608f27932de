// What a card says that changes with time.

import { age, isPastRecall, lateness, progress, waitsFor } from "/live/time.js";
import { t } from "/words/words.js";

const STATES = { in_progress: "live.cooking", ready: "live.ready", recalled: "live.recalled" };

/** Say it, as of `now` by the appliance's clock. `standing`: how far other stations are, or null. */
export function tellTime(card, ticket, now, standing) {
  const late = lateness(ticket, now);
  card.classList.toggle("late", late === "late");
  card.classList.toggle("very-late", late === "very-late");
  put(card.querySelector(".age"), age(ticket, now));
  put(card.querySelector(".state"), [late && t(`live.${late}`), stateOf(ticket, now)].filter(Boolean).join(" · "));
  const recall = card.querySelector("[data-action=recall]");
  if (recall && ticket.metadata.recallUntil) recall.hidden = isPastRecall(ticket, now);
  if (standing !== null) put(card.querySelector(".progress"), standing);
}

function stateOf(ticket, now) {
  if (ticket.status === "held") return waitsFor(ticket, now);
  return ticket.status in STATES && t(STATES[ticket.status]);
}

/** How far these tickets of one order are, for its card at the pass: `[[station's name, ticket]]`. */
export function standingOf(parts, now) {
  return parts.filter(([, ticket]) => ticket.status !== "voided")
    .map(([station, ticket]) => progress(station, ticket, now)).join(" · ");
}

/** What says so already is left alone: it would be laid out anew, for each card and second. */
function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
