// The all-day counts of a station: how much of everything it has still to make.

import { loadAnew } from "/live/asking.js";
import { counts } from "/live/link.js";

const AGAIN_MS = 2000;

/**
 * The counts of a station in `.counts` of its column, which open and close; `part(kind)` is an element
 * there. They are asked for while they are looked at, and after each `again()`.
 */
export function watchCounts(station, part, afterwards) {
  const [place, button] = [part(".counts"), part(".all-day")];
  let isAsking = false;
  let isOld = false; // Something has changed since they were asked for.

  async function again() {
    isOld = true;
    if (place.hidden || isAsking) return;
    isAsking = true;
    while (isOld && !place.hidden && place.isConnected) {
      isOld = false;
      const counted = await counts(station);
      const { drawCounts } = await import("/board/counted.js").catch(loadAnew);
      afterwards(() => place.replaceChildren(...drawCounts(counted)));
      if (counted) continue;
      await new Promise((done) => { setTimeout(done, AGAIN_MS); });
      isOld = true;
    }
    isAsking = false;
  }

  return {
    again,
    isOpen: () => !place.hidden,
    show(open) {
      place.hidden = !open;
      button.ariaExpanded = String(open);
      place.replaceChildren(); // They may be of long ago.
      again();
    },
  };
}
