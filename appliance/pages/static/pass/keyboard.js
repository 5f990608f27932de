// The pass by keyboard: arrows go from order to order, Enter presses its first button, which hands it off.

import { columnsOf } from "/pass/pages.js";

/** `list` has the cards; `turn(by)` shows another page, and says whether there is one. */
export function watchKeyboard(list, turn) {
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || target.closest("input, select, summary")) return;
    const card = target.closest(".order");
    if (key === "Enter") {
      if (event.repeat || card !== target) return; // On a button it is the button's.
      card.querySelector("footer:not([hidden]) button")?.click();
    } else if (key === "PageDown" || key === "PageUp") {
      if (turn(key === "PageDown" ? 1 : -1)) list.firstElementChild?.focus();
    } else if (!go(key, card)) return;
    event.preventDefault();
  });

  /** Whether the key leads to another card. */
  function go(key, card) {
    const isRight = document.documentElement.dir !== "rtl";
    const side = isRight ? 1 : -1;
    const steps = {
      ArrowRight: side, ArrowLeft: -side, ArrowDown: columnsOf(list), ArrowUp: -columnsOf(list),
    };
    if (!(key in steps)) return false;
    const cards = [...list.children];
    const at = cards.indexOf(card);
    const next = at === -1 ? cards[0] : cards[at + steps[key]];
    if (next) next.focus();
    else if (Math.abs(steps[key]) === 1 && turn(steps[key])) {
      list[steps[key] > 0 ? "firstElementChild" : "lastElementChild"]?.focus();
    }
    return cards.length > 0;
  }
}
