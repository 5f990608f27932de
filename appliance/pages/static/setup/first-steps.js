// The steps of the first start that make the configuration. Each: what it shows, as elements; `draw` shows
// it anew.

import { element, name } from "/look/elements.js";
import { drawEntries, removing } from "/setup/entries.js";
import { begin, EXAMPLE_NAMES } from "/setup/examples.js";
import { AT_ONCE, button, field, freeId, listOf, tableOf, through } from "/setup/fields.js";
import { patternsOf, shownAll } from "/setup/patterns.js";
import { kindOf } from "/setup/rule-words.js";
import { called, cooking, stationChoices } from "/setup/station-words.js";
import { adding, removeStation, typeChoices } from "/setup/stations.js";
import { LANGUAGES, spoken, t } from "/words/words.js";

/** Name, language and time zone; the last two are guessed from the browser. */
export function kitchenStep(draft) {
  const own = tableOf(draft, "appliance");
  if (own.name === draft.inForce.document.appliance?.name) delete own.name; // That of the demo kitchen.
  if (own.language === undefined) own.language = spoken();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own.time_zone === undefined && draft.choices.time_zones.includes(zone)) own.time_zone = zone;
  const one = (key, options) => field(draft, "appliance", own, key, {
    label: t(`setup.general-${key}`), keyShown: "", ...options,
  });
  const language = one("language", { kind: "choice", choices: Object.entries(LANGUAGES) });
  language.addEventListener("change", () => {
    location.search = `?lang=${own.language}`; // The draft is kept: the walk goes on in that language.
  });
  const named = one("name");
  named.querySelector("input").required = true;
  return [
    element("p", "hint", t("setup.walk-kitchen-what")),
    element(
      "div", "fields",
      named,
      language,
      one("time_zone", { suggestions: draft.choices.time_zones, hint: t("setup.general-time_zone-hint") }),
    ),
  ];
}

/** What to begin with; it can be chosen again, which begins again. */
export function kindStep(draft, draw) {
  const choose = (example) => {
    begin(draft.document, example);
    draft.changed();
    draw();
  };
  const demo = () => {
    for (const key of ["station", "route", "orders", "printer", "button", "bump_bar", "light", "screen"]) {
      if (draft.inForce.document[key]) draft.document[key] = JSON.parse(JSON.stringify(draft.inForce.document[key]));
      else delete draft.document[key];
    }
    draft.changed();
    draw();
  };
  const kinds = EXAMPLE_NAMES.map((example) => kind(example, () => choose(example)));
  const stations = listOf(draft, "station").map((station) => station.name).join(", ");
  return [
    element("p", "hint", t("setup.walk-kind-what")),
    element("div", "kinds", ...kinds, kind("demo", demo)),
    element("p", "now", t("setup.walk-now"), " ", name(stations)),
  ];
}

function kind(example, choose) {
  const made = button("", choose, "kind");
  made.append(
    element("b", "", t(`setup.example-${example}`)),
    element("small", "", t(`setup.example-${example}-what`)),
  );
  return made;
}

export function stationsStep(draft, draw) {
  const list = element("ol", "entries");
  drawEntries(list, draft, "station", {
    title: ({ name: text, type = "generic" }) => [name(text ?? ""), element("small", "quiet", t(`setup.type-${type}`))],
    name: (station) => station.name,
    fields: (station, at) => [element(
      "div", "fields",
      field(draft, `station[${at}]`, station, "name", { label: t("setup.station-name"), keyShown: "" }),
      field(draft, `station[${at}]`, station, "type", {
        kind: "choice", label: t("setup.station-type"), usual: "generic", keyShown: "",
        choices: typeChoices(draft.choices.station_types),
      }),
    )],
    moved: (all) => all.forEach((station, place) => {
      station.display_order = place + 1;
    }),
    remove: (station) => removeStation(draft.document, station),
    redraw: draw,
  });
  return [element("p", "hint", t("setup.walk-stations-what")), list, adding(draft, draw)];
}

/** For each station the words of the dishes that go there; everything else on the page of rules. */
export function rulesStep(draft) {
  const stations = cooking(draft.document);
  const fields = stations.map((station) => {
    const isSimple = (rule) => rule.station === station.id && rule.name && kindOf(rule) === "sends";
    const words = { name: listOf(draft, "route").find(isSimple)?.name };
    const changed = () => {
      const rules = listOf(draft, "route");
      const rule = rules.find(isSimple);
      if (rule && words.name) rule.name = words.name;
      else if (rule) rules.splice(rules.indexOf(rule), 1);
      else if (words.name) rules.push({ station: station.id, name: words.name });
      draft.changed();
    };
    return field(through(draft, changed), `walk-${station.id}`, words, "name", {
      label: t("setup.walk-words", { station: station.name }),
      keyShown: "",
      kind: "lines",
      show: (patterns) => shownAll(patterns, false),
      read: (text) => patternsOf(text, false),
    });
  });
  return [
    element("p", "hint", t("setup.walk-rules-what")),
    element("div", "fields wide", ...fields),
    element("div", "fields", field(draft, "orders", tableOf(draft, "orders"), "default_station", {
      label: t("setup.walk-default"), keyShown: "", kind: "choice",
      choices: stationChoices(t("setup.general-first-station"), stations),
    })),
  ];
}

/** Printers: those that are plugged in, and those of the network by their address. */
export function devicesStep(draft, draw) {
  const { document, choices } = draft;
  const printers = listOf(draft, "printer");
  const taken = printers.map(({ transport }) => transport);
  const add = (transport, model) => {
    const station = cooking(document)[0];
    printers.push({
      id: freeId("printer", printers.map(({ id }) => id), "printer"),
      transport,
      stations: station ? [station.id] : [],
      ...(model && { model }),
    });
    tableOf(draft, "devices").mode = "real";
    draft.changed();
    draw();
  };
  const found = choices.printers.filter(({ transport }) => !taken.includes(transport));
  const address = { text: "" };
  const typed = field(AT_ONCE, "walk", address, "text", {
    label: t("setup.walk-printer-address"), keyShown: "", placeholder: "192.168.1.50:9100",
  });
  const form = element("form", "entry", typed, element("button", "", t("setup.walk-printer-add-network")));
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = (address.text ?? "").trim();
    if (text) add(`tcp:${/:\d+$/.test(text) ? text : `${text}:9100`}`);
  };
  return [
    element("p", "hint", t("setup.walk-devices-what")),
    element("ul", "entries", ...printers.map((printer, at) => printerItem(draft, printer, at, draw))),
    ...(found.length ? [element("h3", "", t("setup.walk-found"))] : []),
    element("ul", "entries", ...found.map(({ transport, name: text }) => element(
      "li", "entry row", name([text, transport].filter(Boolean).join(" · ")), button(t("setup.walk-printer-add"), () => add(transport)),
    ))),
    button(t("setup.walk-look-again"), async () => {
      await draft.askChoices();
      draw();
    }),
    form,
  ];
}

function printerItem(draft, printer, at, draw) {
  const stations = { station: printer.stations?.[0] };
  const changed = () => {
    printer.stations = stations.station ? [stations.station] : [];
    draft.changed();
  };
  const models = draft.choices.printer_models.map(({ id, name: text }) => [id, text]);
  const remove = () => {
    draft.document.printer.splice(at, 1);
    draft.changed();
    draw();
  };
  return element(
    "li", "entry",
    element("b", "", name(`${printer.id} · ${printer.transport ?? t("setup.general-mode-simulated")}`)),
    element(
      "div", "fields",
      field(through(draft, changed), `printer[${at}].stations`, stations, "station", {
        label: t("setup.rule-station"), keyShown: "", kind: "choice",
        choices: stationChoices(t("setup.station-none"), draft.document.station),
      }),
      field(draft, `printer[${at}]`, printer, "model", {
        label: t("setup.walk-model"), keyShown: "", kind: "choice", choices: [["", t("setup.walk-plain")], ...models],
      }),
    ),
    removing(draft, printer.id, remove),
  );
}

/** What it comes to, before the appliance begins anew with it. */
export function summaryStep({ document, doubtsAt }) {
  const { appliance = {}, route = [], printer = [], orders = {} } = document;
  const rows = [
    ["general-name", appliance.name],
    ["general-language", LANGUAGES[appliance.language] ?? t("setup.general-language-any")],
    ["general-time_zone", appliance.time_zone ?? "UTC"],
    ["section-stations", (document.station ?? []).map((station) => station.name).join(", ")],
    ["section-rules", t("setup.holds-rules", { count: route.length })],
    ["general-default_station", called(document, orders.default_station ?? cooking(document)[0]?.id ?? "")],
    ["section-printers", printer.map(({ id }) => id).join(", ") || t("setup.station-none")],
  ];
  return [
    element("dl", "summary", ...rows.flatMap(([label, value]) => [
      element("dt", "", t(`setup.${label}`)), element("dd", "", name(value ?? "")),
    ])),
    ...doubtsAt("").map((message) => element("p", "wrong doubt", name(message))),
    element("p", "hint", t("setup.walk-summary-what")),
  ];
}
