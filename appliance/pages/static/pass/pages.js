// Which orders make a page of cards, and how the cards of one stand side by side.

import { put } from "/pass/summary.js";
import { t } from "/words/words.js";

const CARD_REM = 20; // As wide as a card is at least, and as high as one is as a rule.
const LEAST = 6; // Orders of a page on a small screen, where the page scrolls.
const ROW_PX = 8; // Cards end on such lines, so that the one below begins where there is room.

/** How many orders a page has: those of the buttons that stand for them, or as many as fit. */
export function pageSize(list, view) {
  if (view?.slots) return view.per_page;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const room = list.parentElement.clientHeight;
  return Math.max(LEAST, columnsOf(list) * Math.max(1, Math.floor(room / (CARD_REM * rem))));
}

export function columnsOf(list) {
  return getComputedStyle(list).gridTemplateColumns.split(" ").length;
}

/** Put each card below those before it, with no gap where they are shorter than others. */
export function pack(list) {
  const gap = parseFloat(getComputedStyle(list).columnGap);
  const spans = [...list.children].map((card) => {
    return `span ${Math.ceil((card.getBoundingClientRect().height + gap) / ROW_PX)}`;
  });
  [...list.children].forEach((card, at) => {
    if (card.style.gridRowEnd !== spans[at]) card.style.gridRowEnd = spans[at];
  });
}

/** The way to other pages in `place`; `turn(by)` is called with -1 or 1. */
export function makePager(place, turn) {
  const [back, where, on] = place.children;
  back.onclick = () => turn(-1);
  on.onclick = () => turn(1);
  /** Page `page` of `count` orders, each of so many. */
  return function tell(page, size, count) {
    const pages = Math.max(1, Math.ceil(count / size));
    place.hidden = pages === 1;
    back.ariaDisabled = String(page === 0);
    on.ariaDisabled = String(page === pages - 1);
    const last = Math.min(count, (page + 1) * size);
    put(where, t("pass.page", { page: page + 1, pages, first: page * size + 1, last, count }));
  };
}
