// What differs between two configurations.

/** How many things: settings, and entries of lists, of which a new order is one. */
export function changesBetween(before, after) {
  if (Array.isArray(before) || Array.isArray(after)) return ofLists(before ?? [], after ?? []);
  if (!isTable(before) && !isTable(after)) return before === after ? 0 : 1;
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].reduce((sum, name) => sum + changesBetween(before?.[name], after?.[name]), 0);
}

export function copy(document) {
  return JSON.parse(JSON.stringify(document));
}

/** A document without the empty tables and lists that only the page has made: `before` has none of them. */
export function tidy(document, before) {
  const entries = Object.entries(document).map(([key, value]) => (
    [key, isTable(value) && !Array.isArray(value) ? tidy(value, before?.[key]) : value]
  ));
  const isEmpty = (value) => isTable(value) && !Object.keys(value).length;
  return Object.fromEntries(entries.filter(([key, value]) => !isEmpty(value) || before?.[key] !== undefined));
}

/** What a text has after a beginning; "" where it does not begin so. */
export function without(text, start) {
  return text.startsWith(start) ? text.slice(start.length) : "";
}

function ofLists(before, after) {
  const [old, now] = [before, after].map((list) => list.map((each) => JSON.stringify(each)));
  const gone = old.filter((each) => !now.includes(each)).length;
  const added = now.filter((each) => !old.includes(each)).length;
  return Math.max(gone, added) || (old.join() === now.join() ? 0 : 1);
}

function isTable(value) {
  return typeof value === "object" && value !== null;
}
