// Which page of a station's cards is in sight, what waits on the others, and the way there.

import { lateness } from "/live/time.js";
import { pageAt } from "/board/paging.js";
import { t } from "/words/words.js";

const SWIPE_PX = 80; // A finger that goes so far sideways turns the page.
const KINDS = ["very-late", "late", "priority"]; // The most urgent first.

/** The pager in `place`; `turn(page)` is called with the page that somebody wants to see. */
export function makePager(place, list, turn) {
  const [back, where, on] = place.children;
  const [told, urgent] = where.children;
  let [page, last, first] = [0, 0, null]; // `first`: the page of what is most urgent elsewhere

  const step = (by) => {
    const to = page + by;
    if (to >= 0 && to <= last) turn(to);
  };
  back.onclick = () => step(-1);
  on.onclick = () => step(1);
  where.onclick = () => turn(first ?? 0);
  watchSwipes(list, step);

  return {
    step,
    /** Page `now` of those that begin at these places of the queue is in sight. */
    show(queue, begins, now) {
      [page, last] = [now, begins.length - 1];
      place.classList.toggle("single", !last);
      back.ariaDisabled = String(!page);
      on.ariaDisabled = String(page === last);
      const facts = {
        page: page + 1, pages: begins.length, count: queue.length,
        first: begins[page] + 1, last: begins[page + 1] ?? queue.length,
      };
      put(told, last ? t(facts.first === facts.last ? "board.page-one" : "board.page", facts) : "");
    },
    /** What is urgent on other pages, as of `time`. */
    tell(queue, begins, time) {
      if (!last) return put(urgent, "");
      const found = urgentBeside(queue, begins, page, time);
      first = found?.pages[0] ?? null;
      urgent.className = `urgent ${found?.kind ?? ""}`;
      where.ariaDisabled = String(first === null && !page);
      if (!found) return put(urgent, "");
      const message = new Set(found.pages).size > 1 ? "pages" : "elsewhere";
      put(urgent, t(`board.${message}-${found.kind}`, { count: found.pages.length, page: first + 1 }));
    },
  };
}

/** Of the most urgent kind that there is on pages that are not in sight: the page of each card. */
function urgentBeside(queue, begins, page, time) {
  const pages = { "very-late": [], late: [], priority: [] };
  queue.forEach((ticket, place) => {
    if (place >= begins[page] && place < (begins[page + 1] ?? queue.length)) return;
    const kind = lateness(ticket, time) || (ticket.priority !== "normal" && "priority");
    if (kind) pages[kind].push(pageAt(place, begins));
  });
  const kind = KINDS.find((each) => pages[each].length);
  return kind && { kind, pages: pages[kind] };
}

/** A finger that goes sideways over the cards turns the page, the way that is written. */
function watchSwipes(list, step) {
  let from = null;
  list.addEventListener("pointerdown", (event) => {
    from = event.pointerType === "touch" && event.isPrimary ? event : null;
  });
  list.addEventListener("pointerup", ({ clientX, clientY }) => {
    const [x, y] = from ? [clientX - from.clientX, clientY - from.clientY] : [0, 0];
    from = null;
    if (Math.abs(x) < SWIPE_PX || Math.abs(x) < 2 * Math.abs(y)) return;
    const isForward = document.documentElement.dir === "rtl" ? x > 0 : x < 0;
    step(isForward ? 1 : -1);
  });
}

function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
