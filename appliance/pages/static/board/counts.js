// The all-day counts of a station: how much of everything it has still to make.

import { counts } from "/live/link.js";
import { element, name, small } from "/look/elements.js";
import { t } from "/words/words.js";

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

/** What the appliance counted, to be put into a list; null: it cannot be had. */
function drawCounts(counted) {
  if (!counted) return [element("li", "hint", t("board.no-counts"))];
  const { dishes, modifiers, components } = counted;
  const all = [
    ...dishes.flatMap(drawDish),
    ...section(t("board.modifiers"), modifiers),
    ...section(t("board.components"), components),
  ];
  return all.length ? all : [element("li", "hint", t("board.nothing-to-make"))];
}

function drawDish(dish) {
  const plain = dish.variants.length === 1 && !dish.variants[0].modifiers.length;
  const line = row("whole", dish, dish.name);
  for (const variant of plain ? [] : dish.variants) {
    line.append(small("", ...amount(variant), name(variant.modifiers.join(", ") || t("board.plain"))));
  }
  return [line];
}

function section(title, counted) {
  if (!counted.length) return [];
  return [element("li", "hint", title), ...counted.map((each) => row("", each, each.name))];
}

function row(kind, counted, text) {
  return element("li", kind, ...amount(counted), name(text));
}

/** `5 × `, with what comes later `5 + 2 held × `. */
function amount({ to_do, held }) {
  const counted = [to_do, held && t("board.held-count", { held })].filter(Boolean).join(" + ");
  return [element("b", "", `${counted} × `)];
}
