// Stations of the draft, as other sections need them.

/** Those that items can go to. */
export function cooking({ station = [] }) {
  return station.filter(({ type, active = true }) => type !== "expo" && active);
}

/** What a station is called. */
export function called(document, id) {
  return (document.station ?? []).find((station) => station.id === id)?.name ?? id;
}

/** Pairs for a choice of stations: of all of them, or of `those`; `none` is the text for none. */
export function stationChoices(none, those) {
  return [...(none ? [["", none]] : []), ...those.map(({ id, name }) => [id, name])];
}
