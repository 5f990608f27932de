// What the set-ups of printers, buttons, bump bars and lights have in common: their list, and fields
// that several of them have.

import { element, name } from "/look/elements.js";
import { button, field, freeId, listOf, showErrors } from "/setup/fields.js";
import { t, told } from "/words/words.js";

const LISTS = ["printer", "button", "bump_bar", "light", "screen"];

/**
 * The devices in a list of the document (`key`): each is a line that opens. `line(entry)` is what
 * stands in it behind the name, `fields(entry, at)` what is below it; `at` is its place in the document.
 * `remove` is a label; `fresh()` makes what `add` adds.
 */
export function deviceList(draft, key, { line, fields, remove }) {
  const list = element("ul", "entries devices");
  const opened = new Set();
  let removed = null;

  const all = () => draft.document[key] ?? [];
  const rowOf = (place) => list.children[place];

  function redraw() {
    const { activeElement: active } = document;
    const at = list.contains(active) ? active.dataset.key : undefined;
    const rows = all().map(row);
    if (removed) rows.push(element("li", "entry", putBack()));
    list.replaceChildren(...rows);
    showErrors(list, draft);
    showLines();
    if (at) list.querySelector(`[data-key="${CSS.escape(at)}"]`)?.focus();
  }

  function row(entry, place) {
    const at = `${key}[${place}]`;
    const details = document.createElement("details");
    const summary = element("summary", "", element("b", ""), element("span", "where"), element("b", "count"));
    const now = element("p", "now");
    now.setAttribute("role", "status");
    const body = element("div", "body");
    details.append(summary, body);
    details.open = opened.has(entry.id);
    const fill = () => body.replaceChildren(
      ...fields(entry, at),
      element("div", "keys", button(remove, () => take(place))),
    );
    if (details.open) fill();
    details.ontoggle = () => {
      if (details.open && !body.firstChild) fill();
      if (details.open) opened.add(entry.id);
      else opened.delete(entry.id);
      showErrors(body, draft);
    };
    const item = element("li", "entry", details, now);
    item.dataset.device = entry.id ?? "";
    return item;
  }

  function take(place) {
    removed = { entry: all()[place], place };
    all().splice(place, 1);
    if (!all().length) delete draft.document[key];
    draft.changed();
    redraw();
    list.querySelector(".put-back")?.focus();
  }

  function putBack() {
    const { entry, place } = removed;
    const words = told("devices.removed", { name: name(entry.id ?? "") });
    const back = button(t("devices.put-back"), () => {
      listOf(draft, key).splice(place, 0, entry);
      removed = null;
      draft.changed();
      redraw();
    }, "put-back");
    return element("div", "keys", element("span", "", ...words), back);
  }

  /** What stands in each line, and how much of it is wrong. */
  function showLines() {
    all().forEach((entry, place) => {
      const [called, where, count] = rowOf(place).querySelectorAll("summary > *");
      called.replaceChildren(name(entry.id || "…"));
      where.replaceChildren(...line(entry));
      const wrong = draft.errorsAt(`${key}[${place}]`).length;
      count.textContent = wrong ? t("setup.wrong-here", { count: wrong }) : "";
    });
  }

  draft.listen((what) => {
    if (what === "replaced") removed = null;
    if (["replaced", "choices", "shown"].includes(what)) redraw();
    else if (list.children.length >= all().length) showLines();
  });
  redraw();

  return {
    list,
    redraw,
    /** One more, opened. */
    add(entry) {
      removed = null;
      listOf(draft, key).push(entry);
      opened.add(entry.id);
      draft.changed();
      redraw();
      rowOf(all().length - 1).querySelector("summary").focus();
      rowOf(all().length - 1).scrollIntoView({ block: "nearest" });
    },
    /** It has another name from now on. */
    rename(before, after) {
      if (opened.delete(before)) opened.add(after);
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

/** By what it goes everywhere, as on chits and in the log of who did what. `then(before)`. */
export function idField(draft, at, entry, then) {
  let before = entry.id;
  return field(draft, at, entry, "id", {
    label: t("devices.id"),
    hint: t("devices.id-hint"),
    then: () => {
      then(before);
      before = entry.id;
    },
  });
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
