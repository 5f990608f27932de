// What a manager says of a screen: its name, station, backup and patience, in any form of the page.

import { t } from "/words/words.js";

let stations = []; // that can be chosen
let screens = [];

/** Have these fields in a form; `id`: of the screen that is changed there, or null. */
export function fill(form, id) {
  const fields = document.getElementById("wanted").content.cloneNode(true);
  form.querySelector(".wanted").append(fields);
  form.dataset.of = id ?? "";
  form.querySelector(".shown").hidden = form.id === "by-address"; // A LAN screen is a board.
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
  const { name, proto, station_id: station, backup_id: backup, patience, shows } = screen;
  form.elements.shows.value = shows;
  form.querySelector(".shown").hidden = proto === "lan";
  form.elements.name.value = name;
  choose(form.elements.station_id, station ?? "");
  choose(form.elements.backup_id, backup ?? "");
  form.elements.patience.value = patience;
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
  };
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
function choose(select, value) {
  if (![...select.options].some((option) => option.value === value)) {
    select.append(new Option(t("screens.gone", { value }), value));
  }
  select.value = value;
}
