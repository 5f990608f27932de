// The board by an ordinary keyboard: arrows go from card to card, digits bump as on a bump bar.

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
const SIDES = { ArrowRight: 1, ArrowLeft: -1 };
const PAGES = { PageDown: 1, PageUp: -1 };
const ACTS = ["Enter", " "];

/** `columns` are those of `keepColumns`; `help` says which keys there are, when somebody asks. */
export function watchKeyboard(columns, help) {
  let chosen = null; // the id of the ticket that arrows have gone to: Enter bumps it, and no other
  let numbered = null; // the column whose cards say their digits

  const columnNow = () => {
    const at = document.activeElement.closest(".station")?.dataset.station;
    const all = columns.inSight();
    return all.find(({ id }) => id === at) ?? (all.includes(numbered) ? numbered : all[0]);
  };

  function number(column) {
    numbered = column;
    columns.number(column);
  }

  /** Go to the card at a place of what is in sight; beyond the ends it stays. */
  function choose(column, place) {
    number(column);
    const cards = [...column.list.children];
    const card = cards[Math.max(0, Math.min(place, cards.length - 1))];
    chosen = card?.dataset.ticket ?? null;
    (card ?? column.section).focus();
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function placeIn(column) {
    return [...column.list.children].indexOf(document.activeElement.closest(".ticket"));
  }

  /** To the card beside it: in the column of cards beside this one, or at the next station. */
  function sideways(column, by) {
    const card = document.activeElement.closest(".ticket");
    const forward = document.documentElement.dir === "rtl" ? -by : by;
    const from = card?.getBoundingClientRect();
    const beside = card && [...column.list.children].map((other) => other.getBoundingClientRect())
      .map(({ left, top }, place) => ({ place, by: (left - from.left) * by, off: Math.abs(top - from.top) }))
      .filter((other) => other.by > 1)
      .sort((one, two) => one.by - two.by || one.off - two.off)[0];
    if (beside) return choose(column, beside.place);
    const all = columns.inSight();
    const next = all[all.indexOf(column) + forward];
    if (next) choose(next, forward > 0 ? 0 : next.list.children.length - 1);
    else choose(column, placeIn(column));
  }

  /** The card that says this digit, which may be that of a button's. */
  function digit(column, key) {
    // Who presses one blindly is shown first what it means.
    if (numbered !== column) return number(column);
    const card = [...column.list.children].find((each) => each.querySelector(".slot").textContent === key);
    if (card) bump(card);
  }

  function pressed(event) {
    const { key } = event;
    const column = columnNow();
    if (key === "?") help.hidden = !help.hidden;
    else if (key === "Escape" && !help.hidden) help.hidden = true;
    else if (!column) return false;
    else if (key in STEPS) choose(column, placeIn(column) + STEPS[key]);
    else if (key in SIDES) sideways(column, SIDES[key]);
    else if (key in PAGES) {
      number(column);
      column.step(PAGES[key]);
    } else if (/^[1-9]$/.test(key)) {
      if (!event.repeat) digit(column, key);
    } else if (ACTS.includes(key)) return act(event);
    else return false;
    return true;
  }

  /** On the card that was chosen; the one that comes to stand there then is the next. */
  function act(event) {
    const card = document.activeElement;
    if (!card.matches(".ticket") || card.dataset.ticket !== chosen) return false;
    if (event.repeat) return true;
    chosen = card.nextElementSibling?.dataset.ticket ?? null;
    bump(card);
    return true;
  }

  addEventListener("keydown", (event) => {
    const { target, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey || target.closest?.("input, select, #display")) return;
    if (pressed(event)) event.preventDefault();
  });
}

function bump(card) {
  card.querySelector("footer .main")?.click();
}
