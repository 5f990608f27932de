// Kitchen screens on the board: what this one shows for another, and which stations have none.

import { element, name } from "/look/elements.js";
import { hour } from "/live/time.js";
import { t, told } from "/words/words.js";

const THERE = ["live", "behind"];

/**
 * What is to be said of screens that are away: at a station, or where that is null of those for
 * all stations. `own` is the id of this screen, or null. Each has a kind, a message, and names in it.
 */
function linesOf(screens, own, station) {
  const shownAt = (each) => each.station_id === station || each.station_id === null;
  const isCovering = screens.some((each) => each.id === own && each.covers.includes(station));
  const there = screens.filter(({ state, shows, missed }) => {
    return THERE.includes(state) && !missed && shows !== "ready";
  });
  const isThere = there.some((each) => each.station_id === station);
  const away = screens.filter(({ state, missed, id }) => {
    return id !== own && (state === "away" || (state === "behind" && missed));
  });
  const lines = away.flatMap((each) => {
    const facts = { screen: each.name, hour: hour(new Date(each.since), new Date()) };
    if (isCovering && shownAt(each) && each.covered_by === own) {
      return [{ kind: "covering", message: "covering", facts }];
    }
    if (each.station_id !== station || isThere) return [];
    if (each.covered_by) {
      const other = screens.find(({ id }) => id === each.covered_by)?.name;
      if (!other) return [{ kind: "warning", message: "shown-on-another", facts }];
      return [{ kind: "warning", message: "shown-on", facts: { ...facts, other } }];
    }
    // One for all stations may hang in an office; while patience lasts, another may still step in.
    const isAlarm = each.missed && station !== null && !there.some(shownAt);
    const [kind, message] = isAlarm ? ["alarm", "no-screen"] : ["warning", "away"];
    return [{ kind, message, facts }];
  });
  if (isCovering && !lines.length) return [{ kind: "covering", message: "covering-another", facts: {} }];
  return lines;
}

/** Say in `place` what is the matter; `at` is the station's name, where it is not beside it. */
function draw(place, lines) {
  const now = JSON.stringify(lines);
  if ((place.dataset.said ?? "[]") === now) return; // What says so already stays.
  place.dataset.said = now;
  place.replaceChildren(...lines.map(({ kind, message, facts, at }) => {
    const { screen, other, hour: since } = facts;
    const names = { screen: name(screen ?? ""), other: name(other ?? ""), hour: since };
    const text = element("span", "", at ? `${at}: ` : "", ...told(`board.${message}`, names));
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
      column.classList.toggle("covering", lines.some(({ kind }) => kind === "covering"));
    }
    const told = new Set(screens.map(({ station_id: station }) => station));
    for (const { dataset } of shown) told.delete(dataset.station);
    draw(top, [...told].flatMap((station) => {
      const at = station === null ? "" : called(station);
      return linesOf(screens, own, station).map((line) => ({ ...line, at }));
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
