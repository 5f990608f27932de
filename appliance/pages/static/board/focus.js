// Where the keyboard is: it stays there, however much is drawn anew.

/** How to have the keyboard where it is now; `cardOf(id)` is the card of a ticket that is in sight. */
export function focusNow(cardOf) {
  const was = document.activeElement;
  const card = was.closest(".ticket");
  const next = card?.nextElementSibling;
  const station = was.closest(".station");
  return () => {
    // Who has it still is not asked for its place: that would have all laid out, for each change.
    if (was === document.activeElement && !was.closest("[hidden]")) return;
    if (!station || isSeen(was)) return was.focus({ preventScroll: true });
    const now = card && cardOf(card.dataset.ticket);
    const { action } = was.dataset;
    const again = action && now?.querySelector(`[data-action="${CSS.escape(action)}"]`);
    // What has gone hands it to what stands there now, but to none of its buttons.
    [again, now, next, station].find(isSeen)?.focus({ preventScroll: true });
  };
}

function isSeen(element) {
  return element?.getClientRects().length > 0;
}
