// The set-up of what the whole kitchen has in common.

import { element } from "/look/elements.js";
import { field, more, tableOf } from "/setup/fields.js";
import { lateList } from "/setup/late.js";
import { cooking } from "/setup/station-words.js";
import { LANGUAGES, t } from "/words/words.js";

/**
 * By heading, the fields: table, key, and how each is; in the words `general-KEY` and, where there is
 * more to say, `general-KEY-hint`.
 */
const FIELDS = {
  kitchen: [
    ["appliance", "name", {}],
    ["appliance", "language", { kind: "choice", usual: "", choices: languages }],
    ["appliance", "time_zone", { usual: "UTC", suggestions: ({ choices }) => choices.time_zones, isHinted: true }],
    ["orders", "default_station", { kind: "choice", choices: defaults, isHinted: true }],
  ],
  late: [
    ["timing", "late_after", { kind: "minutes", usual: "5m", isHinted: true }],
    ["timing", "very_late_after", { kind: "minutes", usual: "8m", isHinted: true }],
  ],
  work: [
    ["timing", "finish_together", { kind: "toggle", usual: true, isHinted: true }],
    ["timing", "auto_hold_future_orders", { kind: "toggle", usual: true, isHinted: true }],
    ["timing", "fire_next_course", { kind: "toggle", usual: false, isHinted: true }],
    ["timing", "learned_prep_times", { kind: "toggle", usual: false, isHinted: true }],
    ["pass", "waits_for_stations", { kind: "toggle", usual: false, isHinted: true }],
    ["pass", "clears_stations", { kind: "toggle", usual: true, isHinted: true }],
  ],
  back: [
    ["timing", "undo_window", { kind: "minutes", usual: "5m", isHinted: true }],
    ["timing", "recall_window", { kind: "minutes", usual: "30m", isHinted: true }],
    ["timing", "day_closes", { usual: "04:00", placeholder: "04:00", isHinted: true }],
  ],
};
const RARE = [
  ["devices", "mode", { kind: "choice", usual: "simulated", choices: modes, isHinted: true }],
  ["menu", "file", { isHinted: true }],
  ["screens", "mdns", { kind: "toggle", usual: true, isHinted: true }],
  ["screens", "host", { usual: "expeditor", isHinted: true }],
  ["appliance", "tenant_id", { usual: "default", isHinted: true }],
  ["appliance", "location_id", { usual: "default", isHinted: true }],
];
const READ = [["orders", "listen"], ["http", "listen"], ["https", "listen"], ["appliance", "data_dir"]];

export function showGeneral(place, draft) {
  const draw = () => place.replaceChildren(
    element("h2", "", t("setup.section-general")),
    ...Object.entries(FIELDS).flatMap(([heading, fields]) => [
      element("h3", "", t(`setup.general-${heading}`)),
      element("div", "fields", ...fields.map((each) => drawn(draft, each))),
      ...(heading === "late" ? [lateList(draft)] : []),
    ]),
    more(
      t("setup.general-more"),
      element("div", "fields", ...RARE.map((each) => drawn(draft, each))),
      element("p", "hint", t("setup.general-read")),
      element("dl", "", ...READ.flatMap(([table, key]) => {
        const value = draft.document[table]?.[key] ?? t("setup.general-usual");
        return [element("dt", "key", `${table}.${key}`), element("dd", "", value)];
      })),
    ),
  );
  draft.listen((what) => {
    if (what === "replaced" || what === "choices" || what === "shown") draw();
  });
  draw();
}

/** One of the general fields. */
function drawn(draft, [table, key, { choices, suggestions, isHinted, ...options }]) {
  return field(draft, table, tableOf(draft, table), key, {
    keyShown: `${table}.${key}`,
    label: t(`setup.general-${key}`),
    ...(isHinted && { hint: t(`setup.general-${key}-hint`) }),
    ...(choices && { choices: choices(draft) }),
    ...(suggestions && { suggestions: suggestions(draft) }),
    ...options,
  });
}

export function languages() {
  return [["", t("setup.general-language-any")], ...Object.entries(LANGUAGES)];
}

function defaults({ document }) {
  return [["", t("setup.general-first-station")], ...cooking(document).map(({ id, name }) => [id, name])];
}

function modes() {
  return ["simulated", "real"].map((mode) => [mode, t(`setup.general-mode-${mode}`)]);
}
