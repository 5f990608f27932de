// Kitchen screens on the board: what this one shows for another, and which stations have none.

import { element, name } from "/look/elements.js";
import { hour } from "/live/time.js";

const THERE = ["live", "behind"];

/**
 * What is to be said of screens that are away: at a station, or where that is null of those for
 * all stations. `own` is the id of this screen, or null. Each is a kind and, around names, words.
 */
function linesOf(screens, own, station) {
  const shownAt = (each) => each.station_id === station || each.station_id === null;
  const isCovering = screens.some((each) => each.id === own && each.covers.includes(station));
  const there = screens.filter(({ state, shows }) => THERE.includes(state) && shows !== "ready");
  const isThere = there.some((each) => each.station_id === station);
  const away = screens.filter((each) => each.state === "away" && each.id !== own);
  const lines = away.flatMap((each) => {
    const since = ` is away since ${hour(new Date(each.since), new Date())}`;
    const other = screens.find(({ id }) => id === each.covered_by);
    if (isCovering && shownAt(each) && each.covered_by === own) {
      return [["covering", "Covering: ", each.name, since]];
    }
    if (each.station_id !== station || isThere) return [];
    if (!each.covered_by) {
      // One for all stations may hang in an office; while patience lasts, another may still step in.
      const isAlarm = each.missed && station !== null && !there.some(shownAt);
      return [isAlarm ? ["alarm", "No screen: ", each.name, since] : ["warning", "", each.name, since]];
    }
    const on = other?.name ?? "another screen";
    return [["warning", "", each.name, `${since}; it is shown on `, on]];
  });
  return isCovering && !lines.length ? [["covering", "Covering for another screen"]] : lines;
}

/** Say in `place` what is the matter. What says so already stays. */
function draw(place, lines) {
  const now = JSON.stringify(lines);
  if ((place.dataset.said ?? "[]") === now) return;
  place.dataset.said = now;
  place.replaceChildren(...lines.map(([kind, before, who = "", words = "", other = ""]) => {
    const text = element("span", "", before, name(who), words, name(other));
    return element("p", kind, element("span", "monitor"), text);
  }));
}

/**
 * Of all screens, as they are told. `columns()` are the elements of the stations that are shown;
 * what is of none of them is said in `top`. `called` is a station's name.
 */
export function watchScreens(top, columns, called) {
  let screens = [];
  let own = null;

  /** Say it in all columns that there are now. */
  function show() {
    const shown = columns();
    for (const column of shown) {
      const lines = linesOf(screens, own, column.dataset.station);
      draw(column.querySelector(".screens"), lines);
      column.classList.toggle("covering", lines.some(([kind]) => kind === "covering"));
    }
    const told = new Set(screens.map(({ station_id: station }) => station));
    for (const { dataset } of shown) told.delete(dataset.station);
    draw(top, [...told].flatMap((station) => {
      const at = station === null ? "" : `${called(station)}: `;
      return linesOf(screens, own, station).map(([kind, before, ...more]) => {
        return [kind, `${at}${before}`, ...more];
      });
    }));
    top.hidden = !top.children.length;
  }

  return {
    show,
    /** They are like this from now on; `id` is this one's own. */
    tell(all, id) {
      [screens, own] = [all, id];
      show();
    },
  };
}
