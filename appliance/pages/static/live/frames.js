// What is really on the glass: up to where a frame was painted.

/**
 * Call what is returned with the `seq` up to which all is drawn; `painted(seq)` says that a frame
 * with it was painted. A hidden page paints nothing, and says nothing until it is seen again.
 */
export function watchFrames(painted) {
  let drawn = null;
  let asked = false;
  return (seq) => {
    drawn = seq;
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      const seen = drawn; // What is drawn from now on is not in this frame.
      setTimeout(() => { if (document.visibilityState === "visible") painted(seen); });
    });
  };
}
