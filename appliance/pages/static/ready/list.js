// One of the columns that guests read: as many as there is room for, and the others by turns.

import { element, name } from "/look/elements.js";
import { t } from "/words/words.js";

const NEW_MS = 45000; // So long one that has just become ready is marked.
const TURN_LEAST_MS = 3000; // One that was seen for less before something came has another turn.
const LONG = 8; // Characters: more of them are written smaller.

/** The column in `place`. */
export function makeList(place) {
  const list = place.querySelector("ol");
  const where = place.querySelector(".page");
  let orders = [];
  let page = 0;
  let isAhead = false; // The first page is shown out of turn, for what has just come to stand there.
  let since = performance.now(); // When the page whose turn it is came into sight.
  let seen = 0; // Milliseconds for which it was in sight before that.
  let drawn = "";

  function draw() {
    const each = capacity();
    const pages = Math.max(1, Math.ceil(orders.length / each));
    page %= pages;
    const inSight = isAhead ? 0 : page;
    const shown = orders.slice(inSight * each, (inSight + 1) * each);
    const now = JSON.stringify([shown, inSight, pages]);
    if (now === drawn) return; // What says so already stays.
    drawn = now;
    where.textContent = pages > 1 ? t("ready.page", { page: inSight + 1, pages }) : "";
    list.replaceChildren(...shown.map(drawOrder));
    place.querySelector(".none").hidden = orders.length > 0;
  }

  /** How many there is room for: those of one height that stand in the rows and columns there are. */
  function capacity() {
    const style = getComputedStyle(list);
    const row = parseFloat(style.gridAutoRows) + parseFloat(style.rowGap);
    const rows = Math.floor((list.clientHeight + parseFloat(style.rowGap)) / row);
    return Math.max(1, rows) * style.gridTemplateColumns.split(" ").length;
  }

  /** The page whose turn it is gives way to the first. */
  function goAhead() {
    if (!isAhead) seen += performance.now() - since;
    isAhead = true;
  }

  addEventListener("resize", draw);
  return {
    /** There is more or less room by now. */
    fit: draw,
    /** These stand there now; `now` is the appliance's time. What comes first is seen at once. */
    tell(all, now) {
      if (all.length && orders.every(({ id }) => id !== all[0].id)) goAhead();
      orders = all.map(({ id, called, since }) => {
        return { id, called, isNew: now - Date.parse(since) < NEW_MS };
      });
      draw();
    },
    /** The next page, where there are several; however much comes, each has its turn. */
    turn() {
      goAhead();
      if (seen >= TURN_LEAST_MS) {
        page += 1;
        seen = 0;
      }
      isAhead = false;
      since = performance.now();
      draw();
    },
  };
}

function drawOrder({ id, called, isNew }) {
  const item = element("li", isNew ? "new" : "", name(called));
  item.classList.toggle("long", called.length > LONG);
  item.dataset.order = id;
  return item;
}
