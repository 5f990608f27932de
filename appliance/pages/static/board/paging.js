// Which cards make a page: as many as stand whole in the columns that there is room for.

const LINE_REM = 1.9; // Of a card that nobody has drawn yet; what stands around its lines.
const FRAME_REM = 9;

/**
 * Where pages begin: places in the queue, of which the first is 0. `heights` are those of all cards,
 * in their order; each goes below the one before where it still fits, else on top of the next column.
 */
export function pagesOf(heights, { columns, height, gap }) {
  const begins = [0];
  let column = 1;
  let filled = 0;
  heights.forEach((one, place) => {
    if (filled && filled + gap + one > height) {
      column += 1;
      filled = 0;
    }
    if (column > columns) {
      begins.push(place);
      column = 1;
    }
    filled += (filled ? gap : 0) + one;
  });
  return begins;
}

/** The same, where buttons and bump bars have pages of so many cards: each of those begins one here. */
export function pagesWithin(heights, room, each) {
  return evenPages(heights.length, each).flatMap((first) => {
    return pagesOf(heights.slice(first, first + each), room).map((place) => first + place);
  });
}

/** Pages of so many cards each. */
export function evenPages(count, each) {
  const begins = [0];
  for (let place = each; place < count; place += each) begins.push(place);
  return begins;
}

/** How high the card of a ticket will be, in rem, before it is drawn. */
export function guess(ticket) {
  const lines = ticket.items.reduce((sum, item) => sum + 1 + item.modifiers.length, 0);
  return FRAME_REM + LINE_REM * lines;
}

/** On which of these pages a place is. */
export function pageAt(place, begins) {
  let page = 0;
  while (page + 1 < begins.length && begins[page + 1] <= place) page += 1;
  return page;
}
