// The set-up of ticket printers: which there are, where their chits come out, and what these look like.

import { ask } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { composed, deviceList, freeName, idField, modeField, stationName } from "/setup/devices.js";
import { button, field, more } from "/setup/fields.js";
import { free, kindOf, portField } from "/setup/ports.js";
import { lookEditor } from "/setup/printer-look.js";
import { picture } from "/setup/printer-picture.js";
import { concernOf, nowWords, testPage } from "/setup/printer-now.js";
import { whileInSight } from "/setup/sight.js";
import { speak, t, told } from "/words/words.js";

const PRINTERS = "/api/v1/kds/printers";
const ASK_AGAIN_MS = 1500;
const ANSWER_MS = 2500; // With the above, what is shown is at most five seconds old.
const KINDS = ["tcp", "usb", "serial", "file"];
const SERIAL = {
  baud: [2400, 4800, 9600, 19200, 38400, 57600, 115200],
  parity: ["none", "even", "odd"],
  flow: ["none", "dsr/dtr", "rts/cts", "xon/xoff"],
};
const USUAL = { baud: 19200, parity: "none", flow: "dsr/dtr" };

export async function showPrinters(place, draft) {
  await speak("devices");
  const found = element("div", "keys found-list");
  const devices = deviceList(draft, "printer", {
    line: (entry) => lineOf(draft, entry),
    fields: (entry, at) => fieldsOf(draft, entry, at, devices),
  });
  const offer = () => {
    const added = free(draft, draft.choices.printers).map((each) => {
      const words = told("devices.printer-add-found", { name: name(each.name || each.transport) });
      const made = button("", () => devices.add(fresh(draft, each)));
      made.append(...words);
      return made;
    });
    found.replaceChildren(
      button(t("devices.printer-add"), () => devices.add(fresh(draft, {})), "main"),
      ...added,
      button(t("devices.look-again"), () => draft.askChoices()),
    );
    for (const each of found.children) each.disabled = !draft.isChangeable;
  };
  draft.listen(offer);
  offer();
  place.replaceChildren(
    element("h2", "", t("setup.section-printers")),
    modeField(draft),
    devices.list,
    found,
    element("h3", "", t("devices.look")),
    lookEditor(draft),
  );
  whileInSight(devices.list, ASK_AGAIN_MS, async () => {
    const answer = await ask(PRINTERS, ANSWER_MS);
    for (const { id } of draft.document.printer ?? []) {
      const now = devices.nowOf(id);
      if (now) showNow(now, answer?.printers.find((each) => each.id === id), answer);
    }
  });
}

function showNow(now, printer, answer) {
  const words = printer ? nowWords(printer) : t(answer ? "devices.not-in-force" : "devices.unknown");
  if (now.textContent !== words) now.textContent = words;
  now.className = `now ${printer ? concernOf(printer) : "none"}`;
}

function fresh(draft, { transport, name: called = "" }) {
  const stations = (draft.document.station ?? []).map(({ id }) => id);
  const served = (draft.document.printer ?? []).flatMap((each) => each.stations ?? []);
  const model = draft.choices.printer_models.find(({ id }) => id !== "plain" && called.includes(id));
  return {
    id: freeName(draft, "", "printer"),
    stations: stations.filter((id) => !served.includes(id)).slice(0, 1),
    ...(transport && { transport }),
    ...(model && { model: model.id }),
  };
}

function lineOf(draft, { stations = [], print_on: when = "arrival" }) {
  const names = stations.map((id) => stationName(draft, id)).join(", ");
  if (!stations.length) return [t("devices.printer-no-station")];
  return told(`devices.printer-line-${when}`, { stations: name(names) });
}

function fieldsOf(draft, entry, at, devices) {
  const others = (draft.document.printer ?? []).filter((each) => each !== entry);
  const models = draft.choices.printer_models
    .filter(({ id }) => id !== "plain")
    .map(({ id, name: called }) => [id, called ?? id]);
  const words = (key, values) => values.map((each) => [each, t(`devices.${key}-${each.replace("/", "-")}`)]);
  const choice = (key, usual, choices) => field(draft, at, entry, key, {
    label: t(`devices.${key}`), kind: "choice", usual, choices, hint: t(`devices.${key}-hint`),
  });
  const seconds = (key, usual, kind) => field(draft, at, entry, key, {
    label: t(`devices.${key}`), kind, usual, hint: t(`devices.${key}-hint`),
  });
  const shown = picture(draft, () => lookOf(draft, entry));
  return [
    element("div", "fields",
      idField(draft, at, entry, (before) => {
        // Those whose chits come out there meanwhile follow its new name.
        for (const other of others) if (other.fallback === before) other.fallback = entry.id;
        devices.redraw();
      }),
      stationChecks(draft, at, entry),
      portField(draft, at, entry, { kinds: KINDS, found: draft.choices.printers, then: devices.redraw }),
      choice("model", undefined, [["", t("devices.model-plain")], ...models]),
      choice("print_on", "arrival", words("print_on", ["arrival", "fire", "bump", "never"])),
      choice("ticket", "station", words("ticket", ["station", "item", "order"])),
    ),
    kindOf(entry.transport) === "serial" ? serialFields(draft, at, entry) : "",
    more(t("devices.printer-more"), element("div", "fields",
      choice("fallback", undefined, [["", t("devices.fallback-none")], ...others.map(({ id }) => [id, id])]),
      seconds("patience", "5s", "seconds"),
      seconds("age_limit", "15m", "minutes"),
    )),
    testPage(draft, entry),
    shown.details,
  ];
}

function lookOf(draft, { model, stations = [] }) {
  return { model: model ?? null, station: stations.length ? stationName(draft, stations[0]) : "" };
}

/** As it is set up on the printer itself: `expeditor printer probe` finds it out. */
function serialFields(draft, at, entry) {
  const fields = Object.entries(SERIAL).map(([key, values]) => {
    const words = (each) => (key === "baud" ? String(each) : t(`devices.${key}-${each.replace("/", "-")}`));
    return field(draft, at, entry, key, {
      label: t(`devices.${key}`), kind: "choice", usual: USUAL[key], as: key === "baud" ? Number : String,
      choices: values.map((each) => [each, words(each)]),
    });
  });
  return element("div", "serial", element("div", "fields", ...fields), element("p", "hint", t("devices.serial-hint")));
}

function stationChecks(draft, at, entry) {
  const group = element("div", "checks");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", t("devices.stations"));
  const known = (draft.document.station ?? []).map(({ id }) => id);
  const gone = (entry.stations ?? []).filter((id) => !known.includes(id));
  for (const id of [...known, ...gone]) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = (entry.stations ?? []).includes(id);
    box.disabled = !draft.isChangeable;
    box.onchange = () => {
      const others = (entry.stations ?? []).filter((each) => each !== id);
      entry.stations = box.checked ? [...others, id] : others;
      draft.changed();
    };
    const called = known.includes(id) ? stationName(draft, id) : t("setup.gone", { value: id });
    group.append(element("label", "check", box, name(called)));
  }
  return composed(`${at}.stations`, t("devices.stations"), group, { hint: t("devices.stations-hint") });
}
