// The set-up of stack lights and buzzers: which pin each colour is on, and what is lit now.

import { element, name } from "/look/elements.js";
import { deviceList, freeName, idField, modeField, stationField, stationName } from "/setup/devices.js";
import { button, field, more } from "/setup/fields.js";
import { watchPanel } from "/setup/panel-now.js";
import { pinField } from "/setup/pins.js";
import { speak, t, told } from "/words/words.js";

const COLOURS = ["green", "amber", "red", "buzzer"];

export async function showLights(place, draft) {
  await speak("devices");
  const devices = deviceList(draft, "light", {
    line: (entry) => lineOf(draft, entry),
    fields: (entry, at) => fieldsOf(draft, entry, at, devices),
  });
  const add = button(t("devices.light-add"), () => devices.add({ id: freeName(draft, "", "light") }), "main");
  add.disabled = !draft.isChangeable;
  place.replaceChildren(
    element("h2", "", t("setup.section-lights")),
    element("p", "hint", t("devices.lights-hint")),
    modeField(draft),
    devices.list,
    element("div", "keys", add),
  );
  watchPanel(devices.list, (now) => {
    for (const { id } of draft.document.light ?? []) {
      const said = devices.nowOf(id);
      if (said) showLamps(said, now, now?.lights.find((each) => each.id === id));
    }
  });
}

function lineOf(draft, { station, ...pins }) {
  const colours = COLOURS.filter((colour) => pins[colour] !== undefined).map((colour) => t(`devices.${colour}`));
  const where = station ? stationName(draft, station) : t("devices.station-all");
  return told("devices.light-line", { station: name(where), colours: colours.join(", ") || t("devices.light-no-pin") });
}

function fieldsOf(draft, entry, at, devices) {
  return [
    element("div", "fields",
      idField(draft, at, entry, devices.redraw),
      stationField(draft, at, entry, { none: t("devices.station-all"), hint: t("devices.light-station-hint") }),
      ...COLOURS.map((colour) => {
        return pinField(draft, at, entry, colour, {
          label: t(`devices.${colour}`), hint: t(`devices.${colour}-means`), isLamp: true,
        });
      }),
    ),
    more(t("devices.light-more"), element("div", "fields", field(draft, at, entry, "active", {
      label: t("devices.light-active"), kind: "choice", usual: "high", hint: t("devices.light-active-hint"),
      choices: ["high", "low"].map((each) => [each, t(`devices.active-${each}`)]),
    }))),
  ];
}

function showLamps(place, now, light) {
  const words = light
    ? Object.entries(light.lamps).map(([colour, { state, why, shows }]) => {
      const pattern = t(`devices.shows-${shows.replaceAll(" ", "-")}`);
      return state === "ready"
        ? t("devices.lamp-shows", { lamp: t(`devices.${colour}`), pattern })
        : t("devices.lamp-broken", { lamp: t(`devices.${colour}`), why });
    }).join(" · ")
    : t(now ? "devices.not-in-force" : "devices.unknown");
  if (place.textContent !== words) place.textContent = words;
  place.classList.toggle("warning", Boolean(light) && Object.values(light.lamps).some(({ state }) => state !== "ready"));
}
