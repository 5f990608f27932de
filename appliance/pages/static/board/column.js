// A station's column. Only the cards of the page in sight are in the document, however many there are.

import { watchCounts } from "/board/counts.js";
import { title } from "/board/card.js";
import { makePager } from "/board/pager.js";
import { evenPages, guess, pageAt, pagesWithin } from "/board/paging.js";
import { isChosen, mark, placeOf, reveal } from "/board/view.js";
import { isPastRecall } from "/live/time.js";
import { t } from "/words/words.js";

const RECALLABLE = 3;
const AT_ONCE = 12; // Cards of a page where all of it scrolls.
const MOST_TRIES = 4; // What has just been drawn may be of another height than was thought.
const LEFT_MS = 60000; // So long a page is shown that somebody has turned to and left.

/**
 * The column of a station. `board` has `tickets`, all of them; `face(ticket, column)`, what its card
 * depends on besides the ticket; `drawCard(ticket, face)`; `tellTime(card, ticket, column)`; `now()`, the
 * appliance's time; `soon(column)`, which has it drawn with the next frame; `flows()`, whether the
 * whole page scrolls; `afterwards(change)`, when no finger is down; and what its buttons do.
 */
export function addColumn(id, board) {
  const section = document.getElementById("station").content.cloneNode(true).firstElementChild;
  const part = (kind) => section.querySelector(kind);
  const list = part(".tickets");
  const cards = new Map(); // by ticket id, those in sight: { ticket, key, card }
  let heights = new WeakMap(); // by ticket, of the cards that were drawn
  let room = null; // for cards: columns, height, gap; null while that is not known
  let counted = []; // What there was when the counts were asked for.
  let begins = [0];
  let page = 0;
  let own = null; // the page that somebody has turned to here
  let touchedAt = 0; // When somebody was last at it.
  let offered = null; // What the button brings back: it says so.
  let view = null; // what buttons and bump bars have it show
  let toReveal = null; // Has something come into sight, when it is drawn.

  section.dataset.station = id;
  part(".name").textContent = id;
  const pager = makePager(part(".pager"), list, turnTo);
  const counts = watchCounts(id, part, board.afterwards);
  part(".all-day").onclick = () => counts.show(!counts.isOpen());
  part(".undo").onclick = ({ target }) => board.takeBack(column, target);
  part(".recall button").onclick = () => board.perform(offered, "recall");
  for (const event of ["pointerdown", "keydown"]) {
    section.addEventListener(event, () => { touchedAt = performance.now(); }, true);
  }
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    if (target === list) room = null;
    else remeasure(target);
    if (!room) board.soon(column);
  }));
  sizes.observe(list);

  const column = {
    id, section, list, name: id,
    pass: false,
    active: false, // Hidden then, but for what is still there.
    gone: [], // What has left last and can be brought back, the newest first.
    queue: () => board.tickets.at(id),
    cardOf: (ticket) => cards.get(ticket)?.card,
    step: (by) => pager.step(by),
    draw, tellTime, show, recallable, remeasured,
    /** Its station is like this from now on. */
    become({ name, pass, active }) {
      Object.assign(column, { name, pass, active });
      part(".name").textContent = name;
      board.soon(column);
    },
  };

  function draw() {
    const queue = column.queue();
    const orders = queue.map(({ order_id: order }) => order);
    part(".count").textContent = queue.length || "";
    offerRecall();
    if (queue.length !== counted.length || queue.some((each, at) => each !== counted[at])) {
      counted = [...queue];
      counts.again();
    }
    section.classList.toggle("has-none", !queue.length);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      begins = board.flows() ? evenPages(queue.length, AT_ONCE)
        : pagesWithin(queue.map(heightOf), roomFor(), view?.per_page ?? queue.length);
      page = Math.min(own ?? pageAt(placeOf(view, orders), begins), begins.length - 1);
      arrange(queue.slice(begins[page], begins[page + 1]));
      if (!measure() || board.flows()) break;
    }
    if (own !== null) own = page;
    pager.show(queue, begins, page);
    pager.tell(queue, begins, board.now());
    mark(list, view, begins[page], (card) => ticketOf(card).order_id, board.numbers(column));
    toReveal?.();
    toReveal = null;
  }

  function ticketOf(card) {
    return cards.get(card.dataset.ticket).ticket;
  }

  /** These cards stand there, and no others. One that says the same stays: a finger may be on it. */
  function arrange(tickets) {
    const before = new Map(cards);
    cards.clear();
    for (const ticket of tickets) {
      const face = board.face(ticket, column);
      const key = JSON.stringify(face);
      const known = before.get(ticket.id);
      const stays = known?.ticket === ticket && known.key === key;
      cards.set(ticket.id, stays ? known : { ticket, key, card: board.drawCard(ticket, face) });
    }
    for (const [ticket, { card }] of before) {
      if (cards.get(ticket)?.card === card) continue;
      sizes.unobserve(card);
      card.remove();
    }
    [...cards.values()].forEach(({ card, ticket }, place) => {
      if (list.children[place] === card) return;
      if (!card.isConnected) board.tellTime(card, ticket, column);
      list.insertBefore(card, list.children[place] ?? null);
    });
  }

  /** Find out how high the cards in sight are; whether one is not as was thought. */
  function measure() {
    let isOther = false;
    for (const { ticket, card } of cards.values()) {
      const { offsetHeight } = card;
      if (heights.get(ticket) === offsetHeight) continue;
      heights.set(ticket, offsetHeight);
      card.classList.toggle("long", isCutOff(card));
      sizes.observe(card);
      isOther = true;
    }
    return isOther;
  }

  /** A card has another size, by what it says of time for example. */
  function remeasure(card) {
    const known = cards.get(card.dataset.ticket)?.ticket;
    if (known && heights.get(known) !== card.offsetHeight) room = null;
  }

  function heightOf(ticket) {
    const { height, rem, isStrip } = roomFor();
    return isStrip ? height : heights.get(ticket) ?? Math.min(height, guess(ticket) * rem);
  }

  function roomFor() {
    room ??= measureRoom(list);
    return room;
  }

  /** All is of another size: the look has changed. */
  function remeasured() {
    [heights, room] = [new WeakMap(), null];
    board.soon(column);
  }

  function turnTo(to) {
    touchedAt = performance.now();
    own = to;
    board.soon(column);
  }

  /** What somebody at a button or a bump bar has it show; null for nothing. */
  function show(next) {
    const was = view;
    view = next;
    const orders = column.queue().map(({ order_id: order }) => order);
    const isOpen = view?.all_day ?? false;
    const turned = isOpen !== (was?.all_day ?? false);
    if (turned) counts.show(isOpen);
    const chosen = view && isChosen(view, was, orders);
    if (chosen || (view && view.first !== (was?.first ?? 0))) own = null;
    if (turned && isOpen) toReveal = () => reveal(part("header"));
    else if (chosen) toReveal = () => reveal(list.querySelector(".selected"));
    board.soon(column);
  }

  /** Say what changes with time, of what is in sight and what is not. */
  function tellTime() {
    for (const { card, ticket } of cards.values()) board.tellTime(card, ticket, column);
    offerRecall();
    pager.tell(column.queue(), begins, board.now());
    if (own === null || performance.now() - touchedAt < LEFT_MS) return;
    own = null;
    board.soon(column);
  }

  /** What has left it, the newest first; only the last few are offered. */
  function recallable(tickets) {
    column.gone = tickets.slice(0, RECALLABLE);
    board.soon(column);
  }

  /** Of what has left it, the last that can still be brought back. */
  function offerRecall() {
    column.gone = column.gone.filter((ticket) => !isPastRecall(ticket, board.now()));
    offered = column.gone[0] ?? null;
    const words = offered ? t("board.recall-named", { ticket: title(offered) }) : "";
    section.hidden = !(column.active || column.queue().length || offered);
    part(".recall").hidden = !offered;
    if (part(".recall button").textContent !== words) part(".recall button").textContent = words;
  }

  return column;
}

/** How many columns of cards a list has room for, as the browser fills it, and how high they are. */
function measureRoom(list) {
  const { columnWidth, columnGap, paddingInlineStart, paddingBlockStart } = getComputedStyle(list);
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const gap = parseFloat(columnGap);
  const width = list.clientWidth - 2 * parseFloat(paddingInlineStart);
  const height = list.clientHeight - 2 * parseFloat(paddingBlockStart);
  const columns = Math.max(1, Math.floor((width + gap) / (parseFloat(columnWidth) + gap)));
  return { columns, height, gap, rem, isStrip: document.documentElement.dataset.layout === "strip" };
}

function isCutOff(card) {
  const body = card.querySelector(".body");
  return body.scrollHeight > body.clientHeight + 1;
}
