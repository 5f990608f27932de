// Routing rules as sentences: `Name: fries or rings → Fry · 4 min`.

import { element, name } from "/look/elements.js";
import { secondsOf } from "/setup/duration.js";
import { shown } from "/setup/patterns.js";
import { called } from "/setup/station-words.js";
import { spoken, t, told } from "/words/words.js";

/** All conditions of a rule, those first that most rules have. */
export const CONDITIONS = [
  "name", "category", "modifier", "component", "menu_item_id", "course", "mode", "origin", "terminal", "seat",
  "group", "weekday", "time_of_day",
];
/** Of which words are all of the text: nobody means a part of it. */
export const WHOLE = ["course", "mode", "origin", "terminal", "seat", "group"];
const MONDAY = new Date(2024, 0, 1);

/** A rule of the document, as parts of an element. */
export function sentence(document, rule) {
  const conditions = CONDITIONS.filter((key) => rule[key]?.length).map((key) => condition(key, rule[key]));
  const when = conditions.length ? listed(conditions, "conjunction") : [t("setup.rule-no-condition")];
  const station = rule.station ? name(called(document, rule.station)) : t("setup.rule-everywhere");
  const facts = { when: element("span", "", ...when), station: element("b", "", station) };
  const extra = [
    rule.prep_time && t("setup.rule-minutes", { count: minutes(secondsOf(rule.prep_time)) }),
    rule.priority_boost && t(`setup.rule-boost-${rule.priority_boost}`),
    rule.last && t("setup.rule-is-last"),
  ].filter(Boolean);
  return [
    ...told(`setup.rule-${kindOf(rule)}`, { ...facts, minutes: minutes(secondsOf(rule.extra_time ?? "0s")) }),
    ...extra.map((text) => element("small", "quiet", ` · ${text}`)),
  ];
}

/** What a rule does: `sends`, `sends-modifier`, `excludes`, `excludes-modifier`, or `adjusts`. */
export function kindOf({ exclude, takes, extra_time: extra }) {
  if (extra && secondsOf(extra)) return "adjusts";
  return `${exclude ? "excludes" : "sends"}${takes === "modifier" ? "-modifier" : ""}`;
}

/** What the API says of a rule, as the document would have it. */
export function asWritten(rule) {
  const { station_id: station, prep_time_seconds: prep, extra_time_seconds: extra, time_of_day: time } = rule;
  return {
    ...rule,
    station,
    prep_time: prep ? `${prep}s` : undefined,
    extra_time: extra ? `${extra}s` : undefined,
    time_of_day: time ? [time.from, time.until] : undefined,
  };
}

export function minutes(seconds) {
  return new Intl.NumberFormat(spoken(), { maximumFractionDigits: 1 }).format(seconds / 60);
}

/** The names of the week's days, by what the configuration calls them. */
export function weekdays() {
  const format = new Intl.DateTimeFormat(spoken(), { weekday: "short" });
  return ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((key, place) => {
    const day = new Date(MONDAY);
    day.setDate(day.getDate() + place);
    return [key, format.format(day)];
  });
}

function condition(key, wanted) {
  return element("span", "", ...told(`setup.if-${key}`, { words: element("span", "", ...words(key, wanted)) }));
}

function words(key, wanted) {
  if (key === "time_of_day") return [t("setup.from-until", { from: wanted[0], until: wanted[1] })];
  if (key === "weekday") {
    const names = new Map(weekdays());
    return listed(wanted.map((day) => names.get(day) ?? day), "disjunction");
  }
  const texts = [].concat(wanted).map((pattern) => (WHOLE.includes(key) ? pattern : shown(pattern)));
  return listed(texts.map((text) => name(text)), "disjunction");
}

/** Parts, of which each may be an element, as a list of the reader's language. */
export function listed(parts, type) {
  const format = new Intl.ListFormat(spoken(), { type });
  const places = format.formatToParts(parts.map((_, place) => String(place)));
  return places.map((part) => (part.type === "element" ? parts[Number(part.value)] : part.value));
}
