// The fields of a rule: what most rules have, and the rest on demand.

import { element } from "/look/elements.js";
import { field, more, through } from "/setup/fields.js";
import { patternsOf, shownAll } from "/setup/patterns.js";
import { kindOf, weekdays, WHOLE } from "/setup/rule-words.js";
import { stationChoices } from "/setup/station-words.js";
import { t } from "/words/words.js";

const KINDS = {
  sends: {},
  "sends-modifier": { takes: "modifier" },
  excludes: { exclude: true },
  "excludes-modifier": { exclude: true, takes: "modifier" },
  adjusts: {},
};
const RARE = ["component", "course", "mode", "origin", "terminal", "seat", "group"];

export function ruleFields(draft, rule, at) {
  const one = (key, options = {}) => field(draft, `route[${at}]`, rule, key, {
    label: t(`setup.rule-${key}`), ...options,
  });
  const words = (key) => patternField(one, rule, key);
  const stations = (draft.document.station ?? []).filter(({ type }) => type !== "expo");
  const isOpen = RARE.some((key) => rule[key]?.length) || rule.weekday || rule.time_of_day;
  const kind = kindField(draft, rule, at);
  const times = () => (kindOf(rule) === "adjusts"
    ? [one("extra_time", { kind: "minutes", min: -1440, hint: t("setup.rule-extra_time-hint") })]
    : [one("prep_time", { kind: "minutes", hint: t("setup.rule-prep_time-hint") })]);
  const time = element("div", "field", ...times());
  kind.querySelector("select").addEventListener("change", () => time.replaceChildren(...times()));
  const rare = more(
    t("setup.rule-more"),
    element(
      "div", "fields",
      ...RARE.map(words),
      one("menu_item_id", { hint: t("setup.rule-menu_item_id-hint") }),
      daysField(draft, rule, at),
      hoursField(draft, rule, at),
      one("priority_boost", { kind: "choice", choices: boosts(), as: Number, usual: 0 }),
      one("last", { kind: "toggle", usual: false, hint: t("setup.rule-last-hint") }),
    ),
  );
  rare.open = Boolean(isOpen);
  return [
    element(
      "div", "fields",
      words("name"),
      one("station", { kind: "choice", choices: stationChoices(t("setup.rule-everywhere"), stations) }),
      kind,
      time,
      words("category"),
      words("modifier"),
    ),
    rare,
  ];
}

function boosts() {
  return [0, 1, 2].map((boost) => [boost, t(`setup.rule-boost-${boost}`)]);
}

/** A field for words; what it has of them is a list of patterns in the rule. */
function patternField(one, rule, key) {
  const isWhole = WHOLE.includes(key);
  return one(key, {
    hint: t(`setup.rule-${key}-hint`),
    kind: "lines",
    show: (patterns) => shownAll(patterns, isWhole),
    read: (text) => patternsOf(text, isWhole),
  });
}

/** What the rule does, of which several keys tell. */
function kindField(draft, rule, at) {
  const own = { kind: kindOf(rule) };
  const choices = Object.keys(KINDS).map((kind) => [kind, t(`setup.kind-${kind}`)]);
  const changed = () => {
    for (const key of ["exclude", "takes", "extra_time"]) delete rule[key];
    Object.assign(rule, KINDS[own.kind]);
    if (own.kind === "adjusts") {
      rule.extra_time = "1m";
      delete rule.last;
    }
    if (!own.kind.startsWith("sends")) {
      for (const key of ["prep_time", "priority_boost"]) delete rule[key];
    }
    draft.changed();
  };
  return field(through(draft, changed), `route[${at}]`, own, "kind", { kind: "choice", label: t("setup.rule-kind"), choices, keyShown: "" });
}

function daysField(draft, rule, at) {
  const boxes = weekdays().map(([day, label]) => {
    const own = { [day]: rule.weekday?.includes(day) ?? false };
    const changed = () => {
      const others = (rule.weekday ?? []).filter((each) => each !== day);
      const days = weekdays().map(([key]) => key).filter((key) => (key === day ? own[day] : others.includes(key)));
      if (days.length) rule.weekday = days;
      else delete rule.weekday;
      draft.changed();
    };
    return field(through(draft, changed), `route[${at}].weekday`, own, day, {
      kind: "toggle", label, keyShown: "", usual: false,
    });
  });
  return element("fieldset", "field days", element("legend", "", t("setup.rule-weekday")), ...boxes);
}

/** From and until; one alone is none. */
function hoursField(draft, rule, at) {
  const own = { from: rule.time_of_day?.[0], until: rule.time_of_day?.[1] };
  const changed = () => {
    if (own.from && own.until) rule.time_of_day = [own.from, own.until];
    else delete rule.time_of_day;
    draft.changed();
  };
  const hours = ["from", "until"].map((key) => (
    field(through(draft, changed), `route[${at}].time_of_day`, own, key, {
      kind: "time", label: t(`setup.rule-${key}`), keyShown: "",
    })
  ));
  return element("fieldset", "field days", element("legend", "", t("setup.rule-time_of_day")), ...hours);
}
