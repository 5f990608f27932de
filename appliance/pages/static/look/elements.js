// The elements that pages are drawn with.

/** An element with this class, and what is in it. */
export function element(tag, kind, ...parts) {
  const made = document.createElement(tag);
  made.className = kind;
  made.append(...parts);
  return made;
}

/** What others wrote, kept from turning the text around it (right-to-left overrides). */
export function name(text) {
  return element("bdi", "", text);
}

export function small(kind, ...parts) {
  return element("small", kind, ...parts);
}
