// The fields of the set-up: each is a key of the configuration, and shows what is wrong with it.

import { element } from "/look/elements.js";
import { secondsOf, textOf } from "/setup/duration.js";
import { t } from "/words/words.js";

let numbered = 0;

/** In place of a draft, for fields of a form that asks for something at once. */
export const AT_ONCE = { isChangeable: true, changed: () => {}, errorsAt: () => [], doubtsAt: () => [] };

/** The draft, for a field that is not a key of it: `changed` writes what is in it where it belongs. */
export function through({ isChangeable, errorsAt, doubtsAt }, changed) {
  return { isChangeable, errorsAt, doubtsAt, changed };
}

/**
 * A field for a key of `entry`, which is at `at` in the document ("station[0]"; "" for the document
 * itself). Cleared, or as it is `usual`ly, the key is not written at all.
 *
 * `kind`: `text`, `number`, `minutes` (of a duration), `seconds`, `choice` (of `choices`: pairs of value
 * and text; the value is read `as`), `toggle`, `color`, `time`, `lines` (of a list, which `show` and
 * `read` turn into text and back). `keyShown` is the key that is seen beside the label.
 */
export function field(draft, at, entry, key, options) {
  const { label, kind = "text", hint, usual, keyShown = key } = options;
  const control = CONTROLS[kind](options);
  const id = `field-${++numbered}`;
  control.id = id;
  control.dataset.key = at ? `${at}.${key}` : key;
  control.disabled = !draft.isChangeable;
  const isToggle = kind === "toggle";
  put(control, options, entry[key] ?? usual);
  control.onchange = () => {
    const value = taken(control, options);
    if (value === undefined || value === usual) delete entry[key];
    else entry[key] = value;
    draft.changed();
  };
  const named = element("label", "", label);
  named.htmlFor = id;
  const wrong = element("small", "wrong");
  wrong.id = `${id}-wrong`;
  control.setAttribute("aria-describedby", wrong.id);
  const words = element("div", "", named, ...(keyShown ? [element("small", "key", keyShown)] : []));
  const parts = isToggle ? [control, words] : [words, control];
  const made = element("div", isToggle ? "field toggle" : "field", ...parts);
  if (hint) made.append(element("small", "hint", hint));
  made.append(wrong);
  mark(control, draft);
  return made;
}

/** Have each field below `place` show what is wrong with it, and what is doubtful; an entry, whether anything is. */
export function showErrors(place, draft) {
  for (const entry of place.querySelectorAll("[data-entry]")) {
    const count = draft.errorsAt(entry.dataset.entry).length;
    entry.classList.toggle("invalid", count > 0);
    entry.querySelector(".wrong").textContent = count ? t("setup.wrong-here", { count }) : "";
  }
  for (const control of place.querySelectorAll("[data-key]")) mark(control, draft);
}

function mark(control, draft) {
  const errors = draft.errorsAt(control.dataset.key);
  const wrong = control.closest(".field")?.querySelector(":scope > .wrong");
  if (!wrong) return;
  wrong.textContent = [...errors, ...draft.doubtsAt(control.dataset.key)].join("; ");
  wrong.classList.toggle("doubt", !errors.length);
  if (errors.length) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** Fields that few need, to be opened. */
export function more(label, ...fields) {
  return element("details", "more", element("summary", "", label), ...fields);
}

export function button(label, onclick, kind = "") {
  const made = element("button", kind, label);
  made.type = "button";
  made.onclick = onclick;
  return made;
}

/** A table of the document, which is made when it is not written yet. */
export function tableOf(draft, key) {
  draft.document[key] ??= {};
  return draft.document[key];
}

/** A list of the document, or of a table of it ("timing.late"), likewise. */
export function listOf(draft, path) {
  const keys = path.split(".");
  const key = keys.pop();
  const table = keys.length ? tableOf(draft, keys[0]) : draft.document;
  table[key] ??= [];
  return table[key];
}

/** An id that none of these has, made from a name. */
export function freeId(name, taken, otherwise) {
  const plain = name.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const stem = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 56) || otherwise;
  for (let count = 1; ; count++) {
    const id = count === 1 ? stem : `${stem}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

const CONTROLS = {
  text: ({ placeholder = "", suggestions = [] }) => {
    const made = input("text");
    made.placeholder = placeholder;
    made.maxLength = 300;
    made.autocomplete = "off";
    if (suggestions.length) made.setAttribute("list", suggested(suggestions));
    return made;
  },
  number: numeric,
  minutes: (options) => numeric({ step: "any", min: 0, ...options }),
  seconds: (options) => numeric({ min: 0, ...options }),
  choice: ({ choices }) => {
    const made = document.createElement("select");
    made.append(...choices.map(([value, text]) => new Option(text, value)));
    return made;
  },
  toggle: () => input("checkbox"),
  color: () => input("color"),
  time: () => input("time"),
  lines: () => {
    const made = document.createElement("textarea");
    made.rows = 1;
    return made;
  },
};

function input(type) {
  const made = document.createElement("input");
  made.type = type;
  return made;
}

function numeric({ min, max, step = 1, placeholder = "" }) {
  const made = input("number");
  Object.assign(made, { min: min ?? "", max: max ?? "", step, placeholder });
  made.inputMode = "decimal";
  return made;
}

function suggested(values) {
  const list = element("datalist", "", ...values.map((value) => new Option(value)));
  list.id = `list-${++numbered}`;
  document.body.append(list);
  return list.id;
}

function put(control, { kind, show }, value) {
  if (kind === "toggle") control.checked = value ?? false;
  else if (kind === "choice") choose(control, String(value ?? ""));
  else if (value === undefined || value === null) control.value = "";
  else if (kind === "minutes") control.value = secondsOf(value) / 60;
  else if (kind === "seconds") control.value = secondsOf(value);
  else if (kind === "lines") control.value = show(value);
  else control.value = value;
}

/** What is written may be gone by now: it stays until somebody chooses otherwise. */
function choose(select, value) {
  if (![...select.options].some((option) => option.value === value)) {
    select.append(new Option(t("setup.gone", { value }), value));
  }
  select.value = value;
}

/** What is in the control, as the document has it; undefined for nothing. */
function taken(control, { kind, as = String, read }) {
  if (kind === "toggle") return control.checked;
  const text = control.value.trim();
  if (text === "") return undefined;
  if (kind === "number") return Number(text);
  if (kind === "minutes") return textOf(Number(text) * 60);
  if (kind === "seconds") return textOf(Number(text));
  return kind === "lines" ? read(text) : as(text);
}
