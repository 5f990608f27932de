// What the sections of the status page are drawn with. What has not changed is left alone: it may be
// being read out, or copied, and a finger may be on it.

import { element } from "/look/elements.js";

const drawn = new WeakMap();

/** Call `draw()` where `seen` (anything that JSON can say) is not what it was last time. */
export function whenNew(place, seen, draw) {
  const now = JSON.stringify(seen);
  if (drawn.get(place) === now) return;
  drawn.set(place, now);
  draw();
}

export function write(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

/**
 * Facts, each a label and what stands there (texts or elements; null leaves it out), and
 * `"warning"` or `"alarm"` where somebody should see to it.
 */
export function drawFacts(list, facts) {
  const shown = facts.filter(([, what]) => what !== null);
  const seen = shown.map(([label, what, concern]) => [label, [what].flat().map(textOf), concern]);
  whenNew(list, seen, () => {
    list.replaceChildren(...shown.flatMap(([label, what, concern = ""]) => [
      element("dt", "", label),
      element("dd", concern, ...[what].flat()),
    ]));
  });
}

function textOf(part) {
  return typeof part === "string" ? part : part.outerHTML;
}
