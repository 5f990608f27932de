// A list of the configuration, such as that of stations: each entry can be opened, moved and removed.

import { element } from "/look/elements.js";
import { button, listOf, showErrors } from "/setup/fields.js";
import { t } from "/words/words.js";

const open = new WeakSet(); // The entries that show their fields.

/**
 * The entries of the document's list `key`, drawn into the `<ol>` `place`. `title(entry)`: what is seen of a
 * closed one, as parts of an element; `name(entry, at)`: as text. `fields(entry, at)` are drawn where it is open.
 * `moved(list)` is called after its order changed, `remove(entry)` when one is to go; `redraw` after either.
 */
export function drawEntries(place, draft, key, { title, name, fields, moved, remove, redraw }) {
  const list = listOf(draft, key);
  place.replaceChildren(...list.map((entry, at) => {
    const item = element("li", "entry");
    const shown = element("div", "shown");
    const opener = button("", () => show(!open.has(entry)), "opener");
    opener.append(...title(entry));
    const show = (isOpen) => {
      if (isOpen) open.add(entry);
      else open.delete(entry);
      opener.ariaExpanded = String(isOpen);
      shown.replaceChildren(...(isOpen ? [...fields(entry, at), removal()] : []));
    };
    const removal = () => removing(draft, name(entry, at), () => {
      remove(entry);
      draft.changed();
      redraw();
    });
    const keys = element("span", "keys", ...(moved && draft.isChangeable ? movers(at) : []));
    // What is seen of it follows what is changed; the fields stay, for a finger may be on the next.
    shown.onchange = () => opener.replaceChildren(...title(entry));
    item.dataset.entry = `${key}[${at}]`;
    item.append(element("div", "row", opener, keys), element("small", "wrong"), shown);
    show(open.has(entry));
    return item;
  }));
  showErrors(place, draft);

  function movers(at) {
    return [[-1, "↑", "setup.move-up"], [1, "↓", "setup.move-down"]].map(([by, sign, words]) => {
      const made = button(sign, () => move(at, by), "mover");
      made.ariaLabel = t(words, { name: name(list[at], at) });
      made.disabled = !(at + by in list);
      return made;
    });
  }

  function move(at, by) {
    const [entry] = list.splice(at, 1);
    list.splice(at + by, 0, entry);
    moved(list);
    draft.changed();
    redraw();
    const [up, down] = place.children[at + by].querySelectorAll(".mover");
    const wanted = by < 0 ? up : down;
    (wanted.disabled ? [up, down].find((each) => each !== wanted) : wanted).focus();
  }
}

/** Have an entry show its fields when it is drawn. */
export function openEntry(entry) {
  open.add(entry);
}

/** A button that removes, once it is sure. */
export function removing(draft, name, remove, words = t("setup.remove-sure", { name })) {
  const place = element("p", "keys");
  const first = button(t("setup.remove"), () => {
    const yes = button(t("setup.remove-yes"), remove, "dangerous");
    const no = button(t("setup.remove-no"), () => {
      place.replaceChildren(first);
      first.focus();
    });
    place.replaceChildren(element("span", "", words), yes, no);
    no.focus();
  });
  first.ariaLabel = t("setup.remove-name", { name });
  if (draft.isChangeable) place.append(first);
  return place;
}
