// The set-up of bump bars: where each is plugged in, which keys it has, and learning what they send.

import { element, name } from "/look/elements.js";
import { actionField, actionWords } from "/setup/actions.js";
import { learning } from "/setup/bar-learning.js";
import { deviceList, freeName, idField, modeField, stationField, stationName } from "/setup/devices.js";
import { button, field, more } from "/setup/fields.js";
import { deviceNow, watchPanel } from "/setup/panel-now.js";
import { free, kindOf, portField } from "/setup/ports.js";
import { pressedNow, pressView } from "/setup/press-view.js";
import { speak, t, told } from "/words/words.js";

const KINDS = ["evdev", "serial", "board"];
const BAUD = [1200, 2400, 4800, 9600, 19200, 38400];

export async function showBars(place, draft) {
  await speak("devices");
  const learners = new Set(); // Each hears the presses of its bar.
  const adding = element("div", "keys found-list");
  const devices = deviceList(draft, "bump_bar", {
    line: (entry) => lineOf(draft, entry),
    fields: (entry, at) => fieldsOf(draft, entry, at, devices, learners),
  });
  const offer = () => {
    const found = free(draft, draft.choices.bars).map((each) => {
      const made = button("", () => devices.add(fresh(draft, each)));
      made.append(...told("devices.bar-add-found", { name: name(each.name || each.transport) }));
      return made;
    });
    adding.replaceChildren(
      button(t("devices.bar-add"), () => devices.add(fresh(draft, {})), "main"),
      ...found,
      button(t("devices.look-again"), () => draft.askChoices()),
    );
    for (const each of adding.children) each.disabled = !draft.isChangeable;
  };
  draft.listen(offer);
  offer();
  place.replaceChildren(
    element("h2", "", t("setup.section-bars")),
    modeField(draft),
    pressView(place, "bar", (press) => {
      pressedNow(devices.list, press);
      for (const learner of learners) if (!learner(press)) learners.delete(learner);
    }),
    devices.list,
    adding,
  );
  watchPanel(devices.list, (now) => {
    for (const { id } of draft.document.bump_bar ?? []) {
      const said = devices.nowOf(id);
      if (said) deviceNow(said, now, now?.bars.find((each) => each.id === id), keysOf);
    }
  });
}

/** The keys of a bar that can be pressed here. */
function keysOf({ id, keys }) {
  return Object.entries(keys).map(([key, action]) => ({
    words: t("devices.make-key", { key, action: actionWords(action) }),
    path: `/bars/${encodeURIComponent(id)}/press`,
    body: { key },
  }));
}

function fresh(draft, { transport }) {
  const station = draft.document.station?.[0]?.id;
  return {
    id: freeName(draft, station ? `${station}-bar` : "", "bar"),
    ...(station && { station }),
    ...(transport && { transport }),
  };
}

function lineOf(draft, { station, transport }) {
  const where = station ? stationName(draft, station) : t("devices.station-default");
  return told(`devices.bar-line-${kindOf(transport) || "none"}`, { station: name(where) });
}

function fieldsOf(draft, entry, at, devices, learners) {
  const profiles = draft.choices.bar_profiles.map((each) => [each.id, each.name]);
  const isSerial = kindOf(entry.transport) === "serial";
  const keys = element("div", "bar-keys");
  const drawKeys = () => keys.replaceChildren(...ownKeys(draft, entry, at, drawKeys));
  drawKeys();
  const board = element("a", "board-link", t("devices.bar-board"));
  board.href = `/?bar=${encodeURIComponent(entry.id)}`;
  return [
    element("div", "fields",
      idField(draft, at, entry, devices.redraw),
      stationField(draft, at, entry, { none: t("devices.station-default") }),
      portField(draft, at, entry, { kinds: KINDS, found: draft.choices.bars, then: devices.redraw }),
      field(draft, at, entry, "profile", {
        label: t("devices.profile"), kind: "choice", hint: t("devices.profile-hint"),
        choices: [["", t(isSerial ? "devices.profile-ascii" : "devices.profile-numpad")], ...profiles],
      }),
    ),
    entry.transport === "board" ? board : "",
    isSerial ? more(t("devices.bar-more"), baudField(draft, at, entry)) : "",
    keys,
    learning(draft, entry, learners, drawKeys),
  ];
}

function baudField(draft, at, entry) {
  return field(draft, at, entry, "baud", {
    label: t("devices.baud"), kind: "number", min: 50, max: 4000000, placeholder: "9600", suggestions: BAUD,
    hint: t("devices.bar-baud-hint"),
  });
}

/** Keys that do something else than their profile says. */
function ownKeys(draft, entry, at, redraw) {
  const fields = Object.keys(entry.keys ?? {}).map((sent) => {
    const made = actionField(draft, `${at}.keys."${sent}"`, sent, {
      value: entry.keys[sent],
      own: true,
      write: (text) => {
        entry.keys[sent] = text;
        draft.changed();
      },
    });
    const forget = button(t("devices.key-usual"), () => {
      delete entry.keys[sent];
      if (!Object.keys(entry.keys).length) delete entry.keys;
      draft.changed();
      redraw();
    });
    forget.disabled = !draft.isChangeable;
    forget.setAttribute("aria-label", t("devices.key-usual-of", { key: sent }));
    made.append(forget);
    return made;
  });
  if (!fields.length) return [element("p", "hint", t("devices.keys-none"))];
  return [element("h4", "", t("devices.keys-own")), element("div", "fields", ...fields)];
}
