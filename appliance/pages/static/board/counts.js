// The all-day counts of a station: how much of everything it has still to make.

import { element, name, small } from "/look/elements.js";

/** What the appliance counted, to be put into a list; null: it cannot be had. */
export function drawCounts(counted) {
  if (!counted) return [element("li", "hint", "The counts cannot be had")];
  const { dishes, modifiers, components } = counted;
  const all = [
    ...dishes.flatMap(drawDish),
    ...section("Modifiers", modifiers),
    ...section("Components", components),
  ];
  return all.length ? all : [element("li", "hint", "Nothing to make")];
}

function drawDish(dish) {
  const plain = dish.variants.length === 1 && !dish.variants[0].modifiers.length;
  const line = row("whole", dish, dish.name);
  for (const variant of plain ? [] : dish.variants) {
    line.append(small("", ...amount(variant), name(variant.modifiers.join(", ") || "plain")));
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
  const counted = [to_do || "", held && `${held} held`].filter(Boolean).join(" + ");
  return [element("b", "", `${counted} × `)];
}
