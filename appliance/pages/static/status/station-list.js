// Stations on the status page, in numbers: how many tickets are open, late and held, and how old the
// oldest one is.

import { element, name } from "/look/elements.js";
import { whenNew } from "/status/drawing.js";
import { duration, number } from "/status/formats.js";
import { t } from "/words/words.js";

const list = document.querySelector("#stations .list");

/** As `GET /health` has them; `at`: by the appliance's clock. */
export function showStations(stations, at) {
  const shown = stations.map((station) => [station, oldest(station, at)]);
  whenNew(list, shown, () => list.replaceChildren(...shown.map(row)));
}

/** How long the oldest ticket has waited, in words; empty for none. */
function oldest({ oldest_at: since }, at) {
  return since ? duration(Math.max(0, Date.parse(at) - Date.parse(since)) / 1000) : "";
}

function row([{ name: called, active, open, held, late, very_late: veryLate }, age]) {
  const head = element("b", "", name(called));
  const counts = element("div", "counts", count("open", open));
  if (late) counts.append(count(veryLate ? "late very" : "late", late));
  if (held) counts.append(count("held", held));
  if (age) counts.append(element("span", "count", element("b", "", age), " ", t("status.station.oldest")));
  const parts = active ? [counts] : [element("span", "quiet", t("status.station.off")), ...(open ? [counts] : [])];
  return element("li", "", head, ...parts);
}

function count(kind, many) {
  const what = kind.split(" ")[0];
  return element("span", `count ${kind}`, element("b", "", number(many)), " ", t(`status.station.${what}`));
}
