// What counts as a press: the finger that touched a card is the one that works it, once.

const SAME_PRESS_MS = 500; // As long as a double click may take.
const FINGER_PX = 40; // As far apart as one finger taps who means the same place.
const PATIENCE_MS = 1000; // Nothing is shown later than this, whatever leans on the screen.
const LIFTED_MS = 100; // Within which a browser makes a click of a finger that was lifted.

/**
 * Let presses of the buttons in `area` through to whoever listens there, once each, and only to
 * the button that was there when the finger came down.
 */
export function watchPresses(area) {
  const down = new Map(); // by id, how each finger, or the mouse, came down on the area
  const waiting = []; // changes that would move something under them
  let timer = 0;
  let under = null; // what the last finger that came down has touched
  let last = { time: -Infinity, x: 0, y: 0 }; // the last press, whether it counted or not

  area.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    down.set(event.pointerId, event);
    // A browser takes a finger beside a button of a card to mean that button.
    under = event.target.closest("button, .ticket, .station");
  }, true);
  addEventListener("pointerup", ({ pointerId }) => liftAfter(LIFTED_MS, pointerId), true);
  addEventListener("pointercancel", ({ pointerId }) => liftAfter(0, pointerId), true);
  area.addEventListener("click", (event) => {
    if (!event.detail) return; // The keyboard's: it has no place, and was on this very button.
    const { timeStamp: time, clientX: x, clientY: y, target, pointerId } = event;
    const isSame = time - last.time < SAME_PRESS_MS &&
      Math.hypot(x - last.x, y - last.y) < FINGER_PX;
    if (isSame || !under?.contains(target)) event.stopPropagation();
    last = { time, x, y };
    liftAfter(0, pointerId); // After whoever listens.
  }, true);
  area.addEventListener("keydown", (event) => {
    if (event.repeat && event.key === "Enter" && event.target.closest("button")) {
      event.preventDefault();
    }
  }, true);

  function liftAfter(milliseconds, id) {
    const how = down.get(id);
    setTimeout(() => {
      if (down.get(id) === how) down.delete(id); // Or else it is down again.
      if (!down.size) carryOut();
    }, milliseconds);
  }

  function carryOut() {
    clearTimeout(timer);
    timer = 0;
    while (waiting.length) waiting.shift()();
  }

  return {
    /** Carry out a change of what is shown, or, while a finger is on it, as soon as it is not. */
    afterwards(change) {
      if (!down.size) return change();
      waiting.push(change);
      timer ||= setTimeout(carryOut, PATIENCE_MS);
    },
    /** Whoever has a finger there means nothing by it any more. */
    release() {
      down.clear();
      under = null;
      carryOut();
    },
  };
}
