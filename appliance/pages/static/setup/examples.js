// Kitchens to begin with: their stations, and simple rules, in the reader's language.

import { patternsOf } from "/setup/patterns.js";
import { t } from "/words/words.js";

/** By name: stations (id, type), and rules: which words of `example-words-…` go where, for how long. */
const EXAMPLES = {
  grill: {
    stations: [["grill", "grill"], ["fry", "fry"], ["cold", "salad"], ["pass", "expo"]],
    rules: [["grill", "grill", "8m"], ["fry", "fry", "4m"], ["cold", "cold", "2m"]],
    modifiers: [["fry", "fry-side", "4m"]],
  },
  pizza: {
    stations: [["oven", "pizza"], ["cold", "salad"], ["pass", "expo"]],
    rules: [["oven", "pizza", "7m"], ["cold", "pizza-cold", "2m"]],
  },
  cafe: {
    stations: [["kitchen", "generic"], ["bar", "bar"]],
    rules: [["kitchen", "cafe", "6m"], ["bar", "drinks", "2m"]],
  },
  empty: { stations: [["kitchen", "generic"]], rules: [] },
};
/** What an example has none of: it is added as it hangs there. */
const DEVICES = ["printer", "button", "bump_bar", "light", "screen"];

export const EXAMPLE_NAMES = ["grill", "pizza", "cafe", "empty"];

/** Have the document be a kitchen like that; its name, time zone and such stay as they are. */
export function begin(document, example) {
  const { stations, rules, modifiers = [] } = EXAMPLES[example];
  document.station = stations.map(([id, type], place) => ({
    id, name: t(`setup.example-station-${id}`), type, display_order: place + 1,
  }));
  document.route = [
    ...rules.map(([station, words, time]) => ({ station, name: wordsOf(words), prep_time: time })),
    ...modifiers.map(([station, words, time]) => ({
      station, modifier: wordsOf(words), takes: "modifier", prep_time: time,
    })),
  ];
  document.orders = { ...document.orders, default_station: stations[0][0] };
  for (const device of DEVICES) delete document[device];
}

function wordsOf(words) {
  return patternsOf(t(`setup.example-words-${words}`), false);
}
