// A day hour by hour: two charts, the same as a table, and the slowest tickets of an hour.

import { element, name } from "/look/elements.js";
import { drawBars, drawLines } from "/reports/charts.js";
import { called, clock, duration, number, person, share } from "/reports/said.js";
import { fill, numeric } from "/reports/table.js";
import { t } from "/words/words.js";

const byId = (id) => document.getElementById(id);

/** `chosen`: the place of an hour, or null; `press(place)`: somebody wants to see into one. */
export function showHours(day, chosen, press) {
  const hours = busy(day);
  byId("nothing").hidden = hours.length > 0;
  byId("by-hour").hidden = hours.length === 0;
  if (!hours.length) return;
  const stations = day.stations.filter((station) => !station.is_pass);
  const columns = hours.map(({ hour, place }) => ({
    label: clock(hour.begins, day, { minute: undefined, timeZoneName: undefined }),
    parts: stations.map(({ station_id: id }) => at(hour, id)?.tickets ?? 0),
    press: () => press(place),
    isChosen: place === chosen,
  }));
  byId("legend").replaceChildren(...stations.map(({ station_name: station }, layer) => {
    const shown = element("span", "legend", name(station));
    shown.classList.add(`layer-${layer % 8}`);
    return shown;
  }));
  byId("times-legend").replaceChildren(
    element("span", "legend median", t("reports.median")), element("span", "legend p90", t("reports.p90")),
  );
  const shows = t("reports.chart-shows");
  drawBars(byId("tickets-chart"), columns, { title: t("reports.tickets-by-hour"), shows, of: number });
  const lines = ["median", "p90"].map((kind) => (
    { kind, values: hours.map(({ hour }) => hour.total[`${kind}_seconds`]) }));
  const late = { value: day.late_after_seconds, words: t("reports.late-after", { time: duration(day.late_after_seconds) }) };
  drawLines(byId("times-chart"), columns, lines, late, { title: t("reports.times-by-hour"), shows, of: duration });
  showTable(hours, day, chosen, press);
  showByStation(hours, day, stations);
  showStations(day);
  showTickets(byId("longest"), day, day.longest);
}

/** The hours from the first to the last in which there was anything, each with its place in the day. */
function busy(day) {
  const hours = day.hours.map((hour, place) => ({ hour, place }));
  const isBusy = ({ hour }) => hour.total.tickets || hour.finished || hour.total.recalls;
  const last = hours.length - 1 - [...hours].reverse().findIndex(isBusy);
  const first = hours.findIndex(isBusy);
  return first < 0 ? [] : hours.slice(first, last + 1);
}

function at(hour, stationId) {
  return hour.stations.find(({ station_id: id }) => id === stationId)?.figures;
}

function showTable(hours, day, chosen, press) {
  const headings = ["hour", "tickets", "items", "finished", "median", "p90", "late", "voided", "recalls"];
  const rows = hours.map(({ hour, place }) => {
    const { total } = hour;
    const button = element("button", "", clock(hour.begins, day));
    button.type = "button";
    button.ariaPressed = String(place === chosen);
    button.onclick = () => press(place);
    return [
      button, numeric(number(total.tickets)), numeric(number(total.items)), numeric(number(hour.finished)),
      numeric(duration(total.median_seconds)), numeric(duration(total.p90_seconds)),
      numeric(late(total)), numeric(number(total.voided)), numeric(number(total.recalls)),
    ];
  });
  keepFocus(byId("hours"), () => fill(byId("hours"), headings.map((each) => t(`reports.${each}`)), rows));
}

/** What the layers of the bars show, in numbers. */
function showByStation(hours, day, stations) {
  const headings = [t("reports.hour"), ...stations.map((station) => name(station.station_name))];
  const rows = hours.map(({ hour }) => [
    clock(hour.begins, day), ...stations.map(({ station_id: id }) => numeric(came(at(hour, id)))),
  ]);
  fill(byId("hours-by-station"), headings, rows);
}

function came(figures) {
  return figures ? `${number(figures.tickets)} · ${number(figures.items)}` : "–";
}

/** What is drawn anew under somebody's finger or keyboard stays where it was. */
function keepFocus(table, draw) {
  const before = [...table.querySelectorAll("button")].indexOf(document.activeElement);
  draw();
  if (before >= 0) table.querySelectorAll("button")[before]?.focus();
}

function late({ late: count, late_share: part }) {
  return count ? `${number(count)} · ${share(part)}` : number(count);
}

function showStations(day) {
  const headings = ["station", "tickets", "items", "median", "p90", "longest-one", "late", "late-from", "voided", "recalls"];
  const rows = day.stations.map((station) => {
    const { figures } = station;
    const own = station.is_pass ? element("small", "", ` ${t("reports.pass")}`) : "";
    return [
      element("span", "", name(station.station_name), own),
      numeric(number(figures.tickets)), numeric(number(figures.items)),
      numeric(duration(figures.median_seconds)), numeric(duration(figures.p90_seconds)),
      numeric(duration(figures.longest_seconds)), numeric(late(figures)),
      numeric(duration(station.late_after_seconds)),
      numeric(number(figures.voided)), numeric(number(figures.recalls)),
    ];
  });
  fill(byId("stations"), headings.map((each) => t(`reports.${each}`)), rows);
}

/** Finished tickets, as they are told. */
export function showTickets(table, day, tickets) {
  const stations = new Map(day.stations.map((each) => [each.station_id, each.station_name]));
  const headings = ["order", "station", "came", "took", "late", "bumped-by"];
  const rows = tickets.map((ticket) => [
    name(called(ticket)), name(stations.get(ticket.station_id) ?? ticket.station_id),
    numeric(clock(ticket.since, day)), numeric(duration(ticket.seconds)), lateness(ticket),
    ticket.bumped_by === null ? "–" : name(person(ticket.bumped_by)),
  ]);
  fill(table, headings.map((each) => t(`reports.${each}`)), rows);
}

function lateness({ late: isLate, very_late: isVeryLate }) {
  if (isVeryLate) return t("reports.very-late");
  return isLate ? t("reports.is-late") : "–";
}
