// The all-day counts as they are read. Loaded when somebody wants to see them for the first time.

import { element, name, small } from "/look/elements.js";
import { t } from "/words/words.js";

/** What the appliance counted, to be put into a list; null: it cannot be had. */
export function drawCounts(counted) {
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
