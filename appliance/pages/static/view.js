// What buttons and bump bars have a board show: a page, and the ticket that is selected there.

const GAP = 12; // Pixels around a card that comes into view: its frame is out there.

/** Whether the card in a place, counted from 0, is on the page. */
export function isOnPage(place, { first, per_page: count }) {
  return place >= first && place < first + count;
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

/** Scroll no further than it takes to see an element below the bar; or until it is up there. */
export function reveal(element, bar, isToBeFirst) {
  if (!element) return;
  const { top, bottom } = element.getBoundingClientRect();
  const above = top - GAP - bar.getBoundingClientRect().bottom;
  const below = bottom + GAP - window.innerHeight;
  const isHigh = isToBeFirst || above < 0;
  const by = isHigh ? above : Math.min(above, Math.max(0, below));
  window.scrollBy({ top: by, behavior: "instant" });
  element.parentElement.closest("main").scrollLeft += sideways(element);
}

/** How far its columns are to be moved so that one is in sight. */
function sideways(element) {
  const { left, right } = element.getBoundingClientRect();
  return left < GAP ? left - GAP : Math.max(0, right + GAP - window.innerWidth);
}
