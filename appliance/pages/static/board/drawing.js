// When what has changed is drawn: with the next frame, all of it at once, and under no finger.

/**
 * `draw(things)` draws what was given to `soon` since the last time; `afterwards` as that of
 * `watchPresses`.
 */
export function watchDrawing(draw, afterwards) {
  const due = new Set();
  let isAsked = false;
  let then = null;

  function drawAll() {
    isAsked = false;
    draw(new Set(due));
    due.clear();
    then?.();
    then = null;
  }

  return {
    soon(thing) {
      due.add(thing);
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => afterwards(drawAll));
    },
    /** `tell` when all that has changed is drawn; the newest who wants to know is told alone. */
    whenDrawn(tell) {
      if (isAsked) then = tell;
      else tell();
    },
  };
}
