// The set-up of stations: those of the configuration, and those that programs made over HTTP.

import { element, name } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { drawEntries, openEntry, removing } from "/setup/entries.js";
import { AT_ONCE, button, field, freeId, listOf, more } from "/setup/fields.js";
import { stationChoices } from "/setup/station-words.js";
import { t } from "/words/words.js";

const STATIONS = "/api/v1/kds/stations";

export function showStations(place, draft) {
  const list = element("ol", "entries");
  const made = element("div", "");
  const said = element("p", "");
  said.setAttribute("role", "status");
  const draw = () => drawEntries(list, draft, "station", {
    title: titleOf,
    name: (station) => station.name,
    fields: (station, at) => fieldsOf(draft, station, at),
    moved: number,
    remove: (station) => removeStation(draft.document, station),
    redraw: draw,
  });
  place.replaceChildren(
    element("h2", "", t("setup.section-stations")),
    element("p", "hint", t("setup.stations-what")),
    list,
    ...(draft.isChangeable ? [adding(draft, draw)] : []),
    made,
    said,
  );
  const drawMade = async () => {
    const { status, body } = await request("GET", `${STATIONS}?active_only=false`);
    if (status === 200) showMade(made, said, body, drawMade);
  };
  draft.listen((what) => {
    if (what === "replaced" || what === "shown") draw();
    if (what === "shown") drawMade();
  });
  draw();
}

export function typeChoices(types) {
  return types.map((type) => [type, t(`setup.type-${type}`)]);
}

function titleOf({ name: text, type = "generic", color, active = true }) {
  const swatch = element("i", "swatch");
  swatch.hidden = !color;
  swatch.style.background = color ?? "";
  const facts = [t(`setup.type-${type}`), active ? "" : t("setup.station-inactive")].filter(Boolean);
  return [swatch, name(text ?? ""), element("small", "quiet", facts.join(" · "))];
}

function fieldsOf(draft, station, at) {
  const others = listOf(draft, "station").filter((each) => each !== station && each.type !== "expo");
  const one = (key, options = {}) => field(draft, `station[${at}]`, station, key, {
    label: t(`setup.station-${key}`), ...options,
  });
  return [
    element(
      "div", "fields",
      one("name"),
      one("type", { kind: "choice", usual: "generic", choices: typeChoices(draft.choices.station_types) }),
      one("active", { kind: "toggle", usual: true, hint: t("setup.station-active-hint") }),
      one("sound_alerts", { kind: "toggle", usual: false, hint: t("setup.station-sound_alerts-hint") }),
    ),
    more(
      t("setup.station-more"),
      element(
        "div", "fields",
        one("color", { kind: "color", usual: "#000000" }),
        one("alert_threshold", { kind: "minutes", hint: t("setup.station-alert_threshold-hint") }),
        one("backup", { kind: "choice", choices: stationChoices(t("setup.station-none"), others), hint: t("setup.station-backup-hint") }),
        one("overflow_after", { kind: "minutes", hint: t("setup.station-overflow_after-hint") }),
        one("twin_of", { kind: "choice", choices: stationChoices(t("setup.station-none"), others), hint: t("setup.station-twin_of-hint") }),
        element("p", "hint", t("setup.station-id", { id: station.id })),
      ),
    ),
  ];
}

/** The order on the boards is that of the list. */
function number(list) {
  list.forEach((station, place) => {
    station.display_order = place + 1;
  });
}

/** Its rules go with it; whatever else names it is wrong from then on, and says so. */
export function removeStation(document, station) {
  document.station = document.station.filter((each) => each !== station);
  document.route = (document.route ?? []).filter((rule) => rule.station !== station.id);
  if (document.orders?.default_station === station.id) delete document.orders.default_station;
}

/** A form for a new station. */
export function adding(draft, redraw) {
  const form = element("form", "adding");
  const wanted = { name: "", type: "generic" };
  const named = field(AT_ONCE, "new-station", wanted, "name", { label: t("setup.station-new"), keyShown: "" });
  const type = field(AT_ONCE, "new-station", wanted, "type", {
    kind: "choice", label: t("setup.station-type"), keyShown: "", choices: typeChoices(draft.choices.station_types),
  });
  const input = named.querySelector("input");
  input.required = true;
  input.maxLength = 64;
  form.append(element("div", "fields", named, type), element("button", "main", t("setup.station-add")));
  form.onsubmit = (event) => {
    event.preventDefault();
    const list = listOf(draft, "station");
    const text = input.value.trim();
    if (!text) return;
    const station = { id: freeId(text, list.map(({ id }) => id), "station"), name: text };
    if (wanted.type !== "generic") station.type = wanted.type;
    station.display_order = Math.max(0, ...list.map(({ display_order: order = 0 }) => order)) + 1;
    list.push(station);
    openEntry(station);
    draft.changed();
    redraw();
    input.value = "";
    input.focus();
  };
  return form;
}

// ── made over HTTP ───────────────────────────────────────────────────────────────────

function showMade(place, said, all, look) {
  const stations = all.filter(({ source }) => source === "api");
  if (!stations.length) {
    place.replaceChildren();
    return;
  }
  const items = stations.map((station) => madeItem(station, all, said, look));
  place.replaceChildren(
    element("h3", "", t("setup.stations-made")),
    element("p", "hint", t("setup.made-hint")),
    element("ul", "entries", ...items),
  );
}

function madeItem(station, all, said, look) {
  const { source, location_id: location, ...wanted } = station;
  const path = `${STATIONS}/${encodeURIComponent(station.id)}`;
  const others = all.filter(({ id, station_type: type }) => id !== station.id && type !== "expo");
  const none = stationChoices(t("setup.station-none"), others);
  const one = (key, label, options = {}) => field(AT_ONCE, `made-${station.id}`, wanted, key, {
    label: t(`setup.station-${label}`), ...options,
  });
  const send = async (method, body, words) => {
    const { status, body: answer } = await request(method, path, body);
    const isDone = status >= 200 && status < 300;
    said.textContent = isDone ? words : t("setup.not-done", { why: answer?.message ?? t("setup.nobody") });
    if (isDone) look();
  };
  const save = () => send("PUT", wanted, t("setup.station-saved", { name: wanted.name }));
  const remove = () => send("DELETE", undefined, t("setup.station-removed", { name: station.name }));
  const facts = titleOf({ name: station.name, type: station.station_type, active: station.is_active });
  const item = element("li", "entry");
  item.append(element(
    "details", "",
    element("summary", "", ...facts),
    element(
      "div", "fields",
      one("name", "name"),
      one("is_active", "active", { kind: "toggle" }),
      one("backup", "backup", { kind: "choice", choices: none }),
      one("twin_of", "twin_of", { kind: "choice", choices: none }),
      one("display_order", "display_order", { kind: "number" }),
    ),
    button(t("setup.save"), save, "main"),
    removing(AT_ONCE, station.name, remove),
  ));
  return item;
}
