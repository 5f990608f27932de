// What buttons and bump bars have a board show: a page, and the ticket that is selected there.

const KEYS = 9; // Cards that digits stand for.
const GAP = 12; // Pixels around a card that comes into view: its frame is out there.

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
  if (!was) return true; // The page has just been opened.
  const before = was.selected_order_id;
  return view.selected_order_id !== before && orders.includes(before);
}

/**
 * Scroll no further than it takes to see an element of a column whole; or until it is up there.
 * The column is scrolled, and no other, or, where columns do not scroll, the page below the bar.
 */
export function reveal(element, bar, isToBeFirst) {
  if (!element) return;
  const column = element.closest(".station");
  const scrolls = getComputedStyle(column).overflowY === "auto";
  const cover = (scrolls ? column.querySelector("header") : bar).getBoundingClientRect().bottom;
  const floor = scrolls ? column.getBoundingClientRect().bottom : window.innerHeight;
  const { top, bottom } = element.getBoundingClientRect();
  const above = top - GAP - cover;
  const below = bottom + GAP - floor;
  let by = isToBeFirst || above < 0 ? above : Math.min(above, Math.max(0, below));
  if (scrolls && element === column) by = -column.scrollTop;
  (scrolls ? column : window).scrollBy({ top: by, behavior: "instant" });
  column.parentElement.scrollLeft += sideways(column, { left: 0, right: window.innerWidth });
  const list = element.closest(".tickets"); // In one row they go on sideways.
  if (list) list.scrollLeft += sideways(element, list.getBoundingClientRect());
}

/** How far what it stands in is to be moved so that an element is in sight between these. */
function sideways(element, { left: from, right: to }) {
  const { left, right } = element.getBoundingClientRect();
  return left < from + GAP ? left - GAP - from : Math.max(0, right + GAP - to);
}
