// The set-up of physical buttons and the lamps in them, with what each press does seen at once.

import { element } from "/look/elements.js";
import { actionField, actionWords, placesOf } from "/setup/actions.js";
import { deviceList, freeName, idField, modeField, stationField, stationName } from "/setup/devices.js";
import { button, field, more } from "/setup/fields.js";
import { deviceNow, watchPanel } from "/setup/panel-now.js";
import { pinField, pinWords } from "/setup/pins.js";
import { pressedNow, pressView } from "/setup/press-view.js";
import { speak, t } from "/words/words.js";

const GESTURES = ["press", "hold", "double"];
const USUAL = { press: "bump" };

export async function showButtons(place, draft) {
  await speak("devices");
  const devices = deviceList(draft, "button", {
    line: (entry) => [lineOf(draft, entry)],
    fields: (entry, at) => fieldsOf(draft, entry, at, devices),
  });
  const add = button(t("devices.button-add"), () => devices.add(fresh(draft)), "main");
  add.disabled = !draft.isChangeable;
  const panel = element("div", "fields");
  const drawPanel = () => {
    const own = (draft.document.panel ??= {});
    panel.onchange = devices.redraw;
    panel.replaceChildren(field(draft, "panel", own, "tickets_per_page", {
      label: t("devices.places"), kind: "number", min: 1, max: 20, usual: 8, hint: t("devices.places-hint"),
    }));
  };
  draft.listen((what) => {
    if (["replaced", "shown"].includes(what)) drawPanel();
  });
  drawPanel();
  place.replaceChildren(
    element("h2", "", t("setup.section-buttons")),
    modeField(draft),
    pressView(place, "button", (press) => pressedNow(devices.list, press)),
    devices.list,
    element("div", "keys", add),
    more(t("devices.places-more"), panel),
  );
  watchPanel(devices.list, (now) => {
    for (const { id } of draft.document.button ?? []) {
      const said = devices.nowOf(id);
      if (said) deviceNow(said, now, now?.buttons.find((each) => each.id === id), simulated);
    }
  });
}

/** Gestures of a simulated button, to be made here. */
function simulated({ id, actions }) {
  return Object.entries(actions).map(([gesture, action]) => ({
    words: t(`devices.make-${gesture}`, { action: actionWords(action) }),
    path: `/buttons/${encodeURIComponent(id)}/press?gesture=${gesture}`,
  }));
}

function fresh(draft) {
  const station = draft.document.station?.[0]?.id;
  const slots = (draft.document.button ?? []).filter((each) => each.station === station).map(({ slot }) => slot);
  const slot = Array.from({ length: placesOf(draft) }, (_, index) => index + 1).find((each) => !slots.includes(each));
  return {
    id: freeName(draft, slot ? `${station ?? "button"}-${slot}` : station ?? "", "button"),
    ...(station && { station }),
    ...(slot && { slot }),
  };
}

function lineOf(draft, { station, slot, pin, press = "bump" }) {
  const facts = {
    station: station ? stationName(draft, station) : t("devices.station-default"),
    action: actionWords(slot && /^(bump|start|ready|fire|item|print|select)$/.test(press) ? `${press} ${slot}` : press),
    pin: pinWords(pin),
  };
  return t("devices.button-line", facts);
}

function fieldsOf(draft, entry, at, devices) {
  const slots = Array.from({ length: placesOf(draft) }, (_, index) => {
    return [index + 1, t("devices.place", { place: index + 1 })];
  });
  const action = (key) => actionField(draft, `${at}.${key}`, t(`devices.${key}`), {
    value: entry[key],
    usual: USUAL[key],
    none: key === "press" ? undefined : t("devices.nothing"),
    own: false,
    write: (text) => {
      if (text === undefined) delete entry[key];
      else entry[key] = text;
      draft.changed();
    },
  });
  const choice = (key, usual, values) => field(draft, at, entry, key, {
    label: t(`devices.${key}`), kind: "choice", usual, hint: t(`devices.${key}-hint`),
    choices: values.map((each) => [each, t(`devices.${key}-${each || "usual"}`)]),
  });
  return [
    element("div", "fields",
      idField(draft, at, entry, devices.redraw),
      stationField(draft, at, entry, { none: t("devices.station-default") }),
      field(draft, at, entry, "slot", {
        label: t("devices.slot"), kind: "choice", as: Number, hint: t("devices.slot-hint"),
        choices: [["", t("devices.selected")], ...slots],
      }),
      pinField(draft, at, entry, "pin", { label: t("devices.button-pin"), hint: t("devices.button-pin-hint") }),
      pinField(draft, at, entry, "lamp", { label: t("devices.lamp"), hint: t("devices.lamp-hint"), isLamp: true }),
      ...GESTURES.map(action),
    ),
    more(t("devices.button-more"), element("div", "fields",
      field(draft, at, entry, "hold_time", {
        label: t("devices.hold_time"), kind: "number", min: 0.4, max: 10, step: 0.1, usual: 0.8, hint: t("devices.hold_time-hint"),
      }),
      choice("pull", "up", ["up", "down", "none"]),
      choice("active", "", ["", "low", "high"]),
    )),
  ];
}
