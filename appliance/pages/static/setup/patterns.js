// Words by which rules know dishes, as people write them: `fries` is in the text somewhere, `*tart` ends it,
// `"Coke"` is all of it. The configuration has shell patterns: `*fries*`, `*tart`, `Coke`.

const SPECIAL = /[*?[\]]/;

/** How people write a pattern. */
export function shown(pattern) {
  const inner = /^\*(.+)\*$/.exec(pattern)?.[1];
  if (inner && !SPECIAL.test(inner)) return inner;
  return SPECIAL.test(pattern) ? pattern : `"${pattern}"`;
}

/** The pattern that somebody wrote; where words are `whole`, they need no quotes to be all of it. */
export function patternOf(text, whole) {
  const quoted = /^["“„«](.+)["”“»]$/.exec(text)?.[1];
  if (quoted) return quoted;
  return SPECIAL.test(text) || whole ? text : `*${text}*`;
}

/** How people write several; by lines where a comma is part of one. */
export function shownAll(patterns, whole) {
  const between = patterns.some((pattern) => pattern.includes(",")) ? "\n" : ", ";
  return patterns.map((pattern) => (whole ? pattern : shown(pattern))).join(between);
}

export function patternsOf(text, whole) {
  const between = text.includes("\n") ? "\n" : ",";
  const words = text.split(between).map((word) => word.trim()).filter(Boolean);
  return words.map((word) => patternOf(word, whole));
}
