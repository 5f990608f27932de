// What a manager says of a screen: its name, station, backup, patience and look, in any form of the page.

import { COLOURS, LAYOUTS, SCALES } from "/look/look.js";
import { LANGUAGES, t } from "/words/words.js";

const LOOK = {
  layout: { values: LAYOUTS, words: (each) => t(`screens.layout-${each}`) },
  scale: { values: SCALES, words: (each) => t("screens.percent", { number: each }) },
  colours: { values: COLOURS, words: (each) => t(`screens.colours-${each}`) },
  language: { values: Object.keys(LANGUAGES), words: (each) => LANGUAGES[each] },
  sounds: { values: [true, false], words: (each) => t(each ? "screens.sounds-on" : "screens.sounds-off") },
};
let stations = []; // that can be chosen
let screens = [];

/** Have these fields in a form; `id`: of the screen that is changed there, or null. */
export function fill(form, id) {
  const fields = document.getElementById("wanted").content.cloneNode(true);
  form.querySelector(".wanted").append(fields);
  form.dataset.of = id ?? "";
  for (const [what, { values, words }] of Object.entries(LOOK)) {
    const choices = values.map((each) => ({ id: JSON.stringify(each), name: words(each) }));
    options(form.elements[what], t("screens.look-open"), choices);
  }
  haveBrowser(form, form.id !== "by-address");
  offer(form);
}

/** Have all forms offer these; what is the same already is left alone: it may be open. */
export function offerChoices(...all) {
  const named = (each) => each.map(({ id, name }) => ({ id, name }));
  const choices = all.map(named);
  if (JSON.stringify(choices) === JSON.stringify([stations, screens])) return;
  [stations, screens] = choices;
  document.querySelectorAll("form[data-of]").forEach(offer);
}

/** Have in the fields how a screen is. */
export function fillIn(form, screen) {
  const { name, proto, station_id: station, backup_id: backup, patience, shows, look } = screen;
  form.elements.shows.value = shows;
  haveBrowser(form, proto === "board");
  form.elements.name.value = name;
  choose(form.elements.station_id, station ?? "");
  choose(form.elements.backup_id, backup ?? "");
  form.elements.patience.value = patience;
  for (const what of Object.keys(LOOK)) {
    const value = look[what];
    choose(form.elements[what], value === null ? "" : JSON.stringify(value), LOOK[what].words(value));
  }
}

/** What the fields say, as the appliance takes it. */
export function wantedOf(form) {
  const { name, station_id: station, backup_id: backup, patience, shows } = form.elements;
  const isForGuests = shows.value === "ready"; // Neither a station nor a backup is of any use there.
  return {
    name: name.value.trim(),
    station_id: (!isForGuests && station.value) || null,
    backup_id: (!isForGuests && backup.value) || null,
    patience: Number(patience.value),
    shows: shows.value,
    ...(form.dataset.browser && { look: lookOf(form) }),
  };
}

function lookOf(form) {
  return Object.fromEntries(Object.keys(LOOK).map((what) => {
    const { value } = form.elements[what];
    return [what, value === "" ? null : JSON.parse(value)];
  }));
}

/** A LAN screen is always a board, and draws itself. */
function haveBrowser(form, isBrowser) {
  form.dataset.browser = isBrowser ? "yes" : "";
  for (const each of form.querySelectorAll(".of-browser")) each.hidden = !isBrowser;
}

function offer(form) {
  const others = screens.filter(({ id }) => id !== form.dataset.of);
  options(form.elements.station_id, t("screens.all-stations"), stations);
  options(form.elements.backup_id, t("screens.no-backup"), others);
}

function options(select, none, choices) {
  const { value } = select;
  const all = choices.map(({ id, name }) => new Option(name, id));
  select.replaceChildren(new Option(none, ""), ...all);
  choose(select, value);
}

/** What is chosen, also where it is gone by now: it stays until somebody chooses otherwise. */
function choose(select, value, text = t("screens.gone", { value })) {
  if (![...select.options].some((option) => option.value === value)) {
    select.append(new Option(text, value));
  }
  select.value = value;
}
