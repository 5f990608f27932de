// Who did what on a day: the newest first, by person, station, kind and order.

import { element, name } from "/look/elements.js";
import { get } from "/reports/asked.js";
import { called, clock, person } from "/reports/said.js";
import { fill } from "/reports/table.js";
import { t } from "/words/words.js";

const ACTIONS = [
  "bumped", "collected", "recalled", "voided", "cancelled", "acknowledged", "undone", "fired", "moved",
  "received", "prioritized", "started", "item_done", "ready", "printed", "called", "came", "station_changed",
  "station_removed", "rules_added", "rule_removed", "menu_changed", "menu_item_removed",
  "configuration_applied", "configuration_imported", "pin_set", "pin_removed", "token_revoked",
  "screen_added", "screen_changed", "screen_removed",
];
const FILTERS = { by: "by", station: "station_id", action: "action", order: "order" };

const byId = (id) => document.getElementById(id);
let day = null;
let deeds = [];
let asked = 0; // An answer to an earlier question counts no more.

/** Make the form work. */
export function openAudit() {
  byId("action").replaceChildren(
    option("", t("reports.any")), ...ACTIONS.map((action) => option(action, t(`reports.action-${action}`))),
  );
  byId("wanted").onsubmit = (event) => {
    event.preventDefault();
    find();
  };
  for (const id of ["station", "action"]) byId(id).onchange = () => find();
}

/** Show what was done that day. */
export function showAudit(shown) {
  const isOther = day?.date !== shown.date;
  day = shown;
  const stations = day.stations.map((each) => option(each.station_id, each.station_name));
  const chosen = byId("station").value;
  byId("station").replaceChildren(option("", t("reports.any")), ...stations);
  byId("station").value = chosen;
  if (byId("station").selectedIndex < 0) byId("station").value = "";
  // Who has gone back to earlier ones is not torn away from them.
  if (isOther || deeds.length <= 50) find();
}

async function find(cursor = null) {
  const mine = asked += 1;
  const query = new URLSearchParams({ from: day.date, to: day.date });
  for (const [id, field] of Object.entries(FILTERS)) {
    const value = byId(id).value.trim();
    if (value) query.set(field, value);
  }
  if (cursor) query.set("cursor", cursor);
  const { body, next } = await get(`audit?${query}`);
  if (!body || mine !== asked) return;
  deeds = cursor ? [...deeds, ...body] : body;
  byId("more").hidden = !next;
  byId("more").onclick = () => find(next);
  draw();
}

function draw() {
  const stations = new Map(day.stations.map((each) => [each.station_id, each.station_name]));
  const headings = ["when", "action", "person", "station", "order"];
  const rows = deeds.map((deed) => [
    clock(deed.at, day, { second: "2-digit" }), what(deed), name(person(deed.by)),
    deed.station_id === null ? "–" : name(stations.get(deed.station_id) ?? deed.station_id),
    name(called(deed) || "–"),
  ]);
  fill(byId("deeds"), headings.map((each) => t(`reports.${each}`)), rows);
  const people = [...new Set(deeds.map(({ by }) => by).filter(Boolean))];
  byId("people").replaceChildren(...people.map((by) => option(by, person(by))));
}

function what({ action, what: about }) {
  const said = element("span", "", t(`reports.action-${action}`));
  if (about) said.append(" ", element("small", "", name(about)));
  return said;
}

function option(value, words) {
  return Object.assign(document.createElement("option"), { value, textContent: words });
}
