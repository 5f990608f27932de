// Tables: a line of headings, and cells that are texts, elements, or `{ number }` at the far side.

import { element } from "/look/elements.js";

/** Fill a table. `headings` and each of `rows` have as many parts; a row's first is its heading. */
export function fill(table, headings, rows) {
  const head = element("tr", "", ...headings.map((words, column) => (
    heading("col", words, rows[0]?.[column]?.numeric !== undefined))));
  const lines = rows.map(([first, ...cells]) => element("tr", "", heading("row", first), ...cells.map(cell)));
  table.replaceChildren(element("thead", "", head), element("tbody", "", ...lines));
}

/** A number, or a time: below each other where they end. */
export function numeric(words) {
  return { numeric: words };
}

function heading(scope, words, isNumeric) {
  const made = element("th", isNumeric ? "numeric" : "", words);
  made.scope = scope;
  return made;
}

function cell(words) {
  const isNumeric = words?.numeric !== undefined;
  return element("td", isNumeric ? "numeric" : "", isNumeric ? words.numeric : words);
}
