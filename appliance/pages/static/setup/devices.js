// What the set-ups of printers, buttons, bump bars and lights have in common: their list, and fields
// that several of them have.

import { element, name } from "/look/elements.js";
import { drawEntries, openEntry } from "/setup/entries.js";
import { field, freeId, listOf, showErrors } from "/setup/fields.js";
import { t } from "/words/words.js";

const LISTS = ["printer", "button", "bump_bar", "light", "screen"];

/**
 * The devices in a list of the document (`key`). `line(entry)` is what stands behind the name of each,
 * `fields(entry, at)` what is seen of one that is open; `at` is its place in the document.
 */
export function deviceList(draft, key, { line, fields }) {
  const list = element("ul", "entries devices");
  const all = () => draft.document[key] ?? [];
  const title = (entry) => {
    const wrong = draft.errorsAt(`${key}[${all().indexOf(entry)}]`).length;
    const count = wrong ? [element("span", "count", t("setup.wrong-here", { count: wrong }))] : [];
    return [element("b", "", name(entry.id || "…")), element("small", "quiet", ...line(entry)), ...count];
  };

  function redraw() {
    const kept = new Map([...list.children].map((row) => [row.dataset.device, row.querySelector(".now")]));
    const focused = list.contains(document.activeElement) && document.activeElement.dataset.key;
    drawEntries(list, draft, all(), {
      title,
      name: ({ id }) => id ?? "",
      fields: (entry, place) => fields(entry, `${key}[${place}]`),
      remove: (entry) => {
        all().splice(all().indexOf(entry), 1);
        if (!all().length) delete draft.document[key];
      },
      redraw,
    });
    all().forEach(({ id }, place) => {
      list.children[place].dataset.device = id ?? "";
      list.children[place].firstChild.after(kept.get(id) ?? element("div", "now"));
    });
    showErrors(list, draft);
    if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  /** As they were: a document that took the place of another one has other entries. */
  function replaced() {
    const isOpen = (row) => row.querySelector(".opener").ariaExpanded === "true";
    const open = [...list.children].filter(isOpen).map((row) => row.dataset.device);
    all().filter(({ id }) => open.includes(id)).forEach(openEntry);
    redraw();
  }

  draft.listen((what) => {
    if (what === "replaced") replaced();
    else if (what === "choices" || what === "shown") redraw();
    else all().forEach((entry, place) => {
      list.children[place]?.querySelector(".opener").replaceChildren(...title(entry));
    });
  });
  redraw();

  return {
    list,
    redraw,
    /** One more, opened. */
    add(entry) {
      listOf(draft, key).push(entry);
      openEntry(entry);
      draft.changed();
      redraw();
      list.lastChild.querySelector("input").focus();
    },
    /** Where it is said how a device is. */
    nowOf: (id) => list.querySelector(`[data-device="${CSS.escape(id)}"] > .now`),
  };
}

/** A name that no device has. */
export function freeName(draft, wanted, otherwise) {
  const taken = LISTS.flatMap((key) => (draft.document[key] ?? []).map(({ id }) => id));
  return freeId(wanted, taken, otherwise);
}

/** By what it goes everywhere, as on chits and in the log of who did what. `then(before)` when it is another. */
export function idField(draft, at, entry, then) {
  const before = entry.id;
  const made = field(draft, at, entry, "id", { label: t("devices.id"), hint: t("devices.id-hint") });
  made.onchange = () => then(before);
  return made;
}

export function stationField(draft, at, entry, { none, hint }) {
  const stations = (draft.document.station ?? []).map(({ id, name: called }) => [id, called ?? id]);
  const choices = [["", none], ...stations];
  return field(draft, at, entry, "station", { label: t("devices.station"), kind: "choice", choices, hint });
}

/** What a station is called. */
export function stationName(draft, id) {
  return (draft.document.station ?? []).find((each) => each.id === id)?.name ?? id;
}

/** Whether devices are real, for whoever wonders why nothing happens. */
export function modeField(draft) {
  const place = element("div", "mode");
  const draw = () => {
    draft.document.devices ??= {};
    place.replaceChildren(field(draft, "devices", draft.document.devices, "mode", {
      label: t("devices.mode"),
      kind: "choice",
      usual: "simulated",
      choices: [["simulated", t("devices.mode-simulated")], ["real", t("devices.mode-real")]],
      hint: t("devices.mode-hint"),
    }));
    showErrors(place, draft);
  };
  draft.listen((what) => {
    if (["replaced", "shown"].includes(what)) draw();
  });
  draw();
  return place;
}

/** A field of several `parts`: what is wrong with it is shown at `control`, which is in one of them. */
export function composed(key, label, control, { hint, parts = [control] } = {}) {
  const small = element("small", "key", key.replace(/^.*\]\./, ""));
  const named = element("label", "", label, " ", small);
  control.id ||= `part-${key.replace(/[^\w]+/g, "-")}`;
  control.dataset.key = key;
  named.htmlFor = control.id;
  const wrong = element("small", "wrong");
  wrong.id = `${control.id}-wrong`;
  control.setAttribute("aria-describedby", wrong.id);
  const made = element("div", "field", named, ...parts);
  if (hint) made.append(element("small", "hint", hint));
  made.append(wrong);
  return made;
}

/** A choice that is not simply the value of a key. */
export function select(draft, choices, value, onchange) {
  const made = document.createElement("select");
  made.append(...choices.map(([each, words]) => new Option(words, each)));
  made.value = value;
  made.disabled = !draft.isChangeable;
  made.onchange = () => onchange(made.value);
  return made;
}
