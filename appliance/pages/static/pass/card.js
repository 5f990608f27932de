// An order as a card of the pass: what each station makes of it, and what handing it over takes.

import { due, drawItem, handoff, mode, row, title, verdict } from "/board/card.js";
import { age, hour, progress, startsByItself, waitForCourse } from "/live/time.js";
import { nextCourse } from "/live/link.js";
import { element, name } from "/look/elements.js";
import { isReady, lateOf, promiseOf } from "/pass/orders.js";
import { put } from "/pass/summary.js";
import { t } from "/words/words.js";

const MINUTE = 60000;
const ENDLESS = 1000; // Characters: nobody reads more than that at the pass.
const CONFIRMED = ["void"]; // What is asked for once more, in its place.

/**
 * The card of an order, without what changes with time. A press is `perform(ticket, action)`. `may`:
 * whether this sign-in may void; `prints`: whether the pass has a printer; `sending`: what was asked
 * for and is not confirmed yet, or null.
 */
export function draw(order, { may, prints, sending, perform }) {
  const card = document.getElementById("order").content.cloneNode(true).firstElementChild;
  const part = (kind) => card.querySelector(kind);
  const { head, parts } = order;
  const { metadata } = head;
  card.dataset.order = order.number;
  card.classList.add(head.status, head.priority);
  card.classList.toggle("busy", Boolean(sending));
  put(part(".sending"), sending ? t("pass.sending", { deed: t(`pass.${sending}`) }) : "");
  put(part(".verdict"), verdict(head));
  part(".reference").append(name(title(head)));
  part(".facts").append(...row(mode(head), due(head), head.server_name, metadata.brand, cutlery(metadata)));
  part(".instructions").append(...row(metadata.specialInstructions));
  part(".parts").append(...parts.map(drawPart), ...drawRest(order));
  part(".handoff").append(...handoff(metadata));
  for (const text of card.querySelectorAll(".instructions, .items small, .handoff dd")) {
    if (text.textContent.length <= ENDLESS) continue;
    text.classList.add("endless");
    text.dataset.more = t("board.long-text");
  }
  const buttons = actionsOf(order, may, prints).map(([action, words, isMain]) => {
    const button = element("button", isMain ? "main" : "", words);
    button.dataset.action = action;
    button.onclick = () => {
      if (CONFIRMED.includes(action)) askFirst(card, action, () => perform(ticketOf(order, action), action));
      else perform(ticketOf(order, action), action);
    };
    return button;
  });
  part("footer").append(...buttons);
  return card;
}

/** What the guest has said of it, if anything. */
function cutlery({ cutlery: isWanted }) {
  if (isWanted === undefined) return "";
  return isWanted ? t("pass.cutlery") : t("pass.no-cutlery");
}

function drawPart({ station, name: called, ticket }) {
  const place = document.getElementById("part").content.cloneNode(true).firstElementChild;
  place.dataset.station = station;
  place.querySelector(".name").append(name(called));
  place.querySelector(".items").append(...ticket.items.map((item) => drawDish(item, ticket)));
  return place;
}

function drawDish(item, ticket) {
  return drawItem(item, ticket.metadata.items?.[item.line_id] ?? {}, ticket);
}

/** What no station has on its board: it is done there, or not for this sign-in to see. */
function drawRest({ head, atPass, parts }) {
  const known = new Set(parts.flatMap(({ ticket }) => ticket.items.map(({ line_id: id }) => id)));
  const rest = atPass ? head.items.filter(({ line_id: id }) => !known.has(id)) : [];
  if (!rest.length) return [];
  const place = drawPart({ station: "", name: t("pass.rest"), ticket: { ...head, items: rest } });
  place.querySelector("progress").remove();
  return [place];
}

/** Each with its words, and whether it is the main one. */
function actionsOf(order, may, prints) {
  const { head, atPass } = order;
  const waiting = ticketOf(order, "fire");
  const hasCourse = waitForCourse(waiting).length > 0;
  const fires = hasCourse ? [["fire", fireWords(waiting), head.status === "held"]] : [];
  if (!atPass) return fires;
  if (head.status === "voided") return [["bump", t("pass.clear"), true]];
  const print = prints ? [["print", t("pass.print"), false]] : [];
  const voids = may ? [["void", t("pass.void"), false]] : [];
  const back = head.metadata.recallUntil ? [["recall", t("pass.recall"), false]] : [];
  const rush = head.priority === "urgent"
    ? ["calm", t("pass.calm"), false]
    : ["rush", t("pass.rush"), false];
  const waits = head.status === "held";
  const main = startsByItself(head) ? [["start", t("pass.start"), true]] : [];
  const handOff = waits ? [] : [["bump", t("pass.bump"), isReady(order)]];
  return [...handOff, ...main, ...fires, ...back, rush, ...print, ...voids];
}

function fireWords(ticket) {
  const course = nextCourse(ticket);
  return course ? t("pass.fire-course", { course }) : t("pass.fire");
}

/** On which of its tickets something is done: at the pass, or where there is none, where it waits. */
function ticketOf({ head, atPass, tickets }, action) {
  if (atPass || action !== "fire") return head;
  return tickets.find((ticket) => waitForCourse(ticket).length) ?? head;
}

/** Have `action` confirmed by one press more, in the card itself. */
function askFirst(card, action, then) {
  const [sure, footer] = [card.querySelector(".sure"), card.querySelector("footer")];
  const [words, yes, no] = sure.children;
  const close = () => {
    sure.hidden = true;
    footer.hidden = false;
    footer.querySelector(`[data-action=${action}]`).focus();
  };
  put(words, t(`pass.${action}-sure`));
  put(yes, t(`pass.${action}-yes`));
  put(no, t(`pass.${action}-no`));
  yes.onclick = () => {
    close();
    then();
  };
  no.onclick = close;
  footer.hidden = true;
  sure.hidden = false;
  no.focus();
}

/** What a card says that changes with time. */
export function tell(card, order, now) {
  const { head, parts } = order;
  const late = lateOf(order, now);
  const ready = isReady(order);
  card.classList.toggle("late", late === "late");
  card.classList.toggle("very-late", late === "very-late");
  card.classList.toggle("done", ready);
  put(card.querySelector(".age"), head.status === "voided" ? "" : age(head, now));
  put(card.querySelector(".promise"), promiseWords(order, now));
  const state = [late && t(`live.${late}`), ready && t("pass.all-done")];
  put(card.querySelector(".state"), state.filter(Boolean).join(" · "));
  const places = card.querySelectorAll(".part");
  parts.forEach((each, at) => tellPart(places[at], each, now));
}

/** `promised 19:42 · in 6 min`, or by how much it is over. */
function promiseWords(order, now) {
  const promise = promiseOf(order);
  if (Number.isNaN(promise) || order.head.status === "voided") return "";
  const left = Math.ceil((promise - now) / MINUTE);
  const facts = { hour: hour(new Date(promise), new Date(now)), count: Math.abs(left) };
  if (left > 60 || (isReady(order) && left >= 0)) return t("pass.promised", facts);
  return t(left < 0 ? "pass.promised-over" : "pass.promised-in", facts);
}

function tellPart(place, { ticket, isGone }, now) {
  const items = ticket.items.filter((item) => item.change !== "deleted");
  const isDone = isGone || ticket.status === "ready";
  const done = isDone ? items.length : items.filter((item) => item.is_done).length;
  place.classList.toggle("gone", isGone);
  put(place.querySelector(".stage"), stage(ticket, isGone, now));
  const bar = place.querySelector("progress");
  bar.max = items.length || 1;
  bar.value = ticket.status === "voided" ? 0 : done;
  bar.setAttribute("aria-label", t("pass.done-of", { done, all: items.length }));
  bar.hidden = ticket.status === "voided";
}

function stage(ticket, isGone, now) {
  if (isGone) return t("pass.gone");
  return ticket.status === "voided" ? t("pass.voided") : progress("", ticket, now);
}
