// What buttons and bump bars have a board show: a page, and the ticket that is selected there.

const KEYS = 9; // Cards that digits stand for.

/**
 * Say which cards of a column stand in which slots, and which one is selected: they stay. `first` is
 * the place of the first that is in sight; `numbers`: the keyboard of this page has them by number.
 */
export function mark(list, view, first, orderOf, numbers) {
  list.classList.toggle("selects", Boolean(view?.selected_order_id));
  const cards = [...list.children];
  const selected = view && cards.find((card) => orderOf(card) === view.selected_order_id);
  for (const [place, card] of cards.entries()) {
    const slot = view?.slots ? slotOf(first + place, view) : numbers && place < KEYS ? place + 1 : "";
    const said = card.querySelector(".slot");
    if (said.textContent !== String(slot)) said.textContent = slot;
    card.classList.toggle("selected", card === selected);
    card.ariaCurrent = card === selected ? "true" : null;
  }
}

/** The number of a place on the page that buttons stand for; of another page none has any. */
function slotOf(place, { first, per_page: count }) {
  return place >= first && place < first + count ? place - first + 1 : "";
}

/**
 * Whether somebody has selected another card. Where the one before has gone, `orders` being those
 * that are there, nobody has: the board stays where it is, for a finger may be on it.
 */
export function isChosen(view, was, orders) {
  if (!was) return false; // The page has just been opened.
  const before = was.selected_order_id;
  return view.selected_order_id !== before && orders.includes(before);
}

/** The place in the queue that is to be in sight: of the selected card, or the first of their page. */
export function placeOf(view, orders) {
  const place = orders.indexOf(view?.selected_order_id);
  const first = view?.first ?? 0;
  return place >= first && place < first + view.per_page ? place : first;
}

/**
 * Scroll no further than it takes to see an element. Up and down goes the page alone, where columns stand
 * below each other, and only from one that is in sight: a thumb may be on its way to another.
 */
export function reveal(element) {
  const { top, bottom } = element?.closest(".station").getBoundingClientRect() ?? {};
  if (bottom > 0 && top < innerHeight) element.scrollIntoView({ block: "nearest", inline: "nearest" });
}
