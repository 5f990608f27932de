// Where a printer or a bump bar is plugged in: `tcp:192.168.1.50:9100`, `evdev:/dev/input/…`, `board`.

import { element, name } from "/look/elements.js";
import { composed, select } from "/setup/devices.js";
import { button } from "/setup/fields.js";
import { t } from "/words/words.js";

const EXAMPLES = {
  tcp: "192.168.1.50:9100",
  usb: "/dev/usb/lp0",
  serial: "/dev/serial/by-id/…",
  file: "/tmp/chits.bin",
  evdev: "/dev/input/by-id/…-event-kbd",
};

export function kindOf(transport) {
  return (transport ?? "").split(":")[0];
}

/**
 * The way to a device, by one of these kinds; `found` has those that are plugged in. `then` is called
 * when the kind is another.
 */
export function portField(draft, at, entry, { kinds, found, then }) {
  const kind = kindOf(entry.transport);
  const choices = ["", ...kinds].map((each) => [each, t(`devices.port-${each || "none"}`)]);
  const chosen = select(draft, choices, kind, (value) => {
    const first = free(draft, found).find(({ transport }) => kindOf(transport) === value);
    write(draft, entry, value === "board" ? value : value && (first?.transport ?? `${value}:`));
    then();
  });
  const parts = [chosen];
  if (kind in EXAMPLES) parts.push(address(draft, at, entry, kind), ...offered(draft, entry, found, kind, then));
  return composed(`${at}.transport`, t("devices.port"), chosen, { parts, hint: t(`devices.port-${kind || "none"}-hint`) });
}

/** Of those that are plugged in, what no device of the document has. */
export function free(draft, found) {
  const { printer = [], bump_bar: bars = [] } = draft.document;
  const taken = [...printer, ...bars].map(({ transport }) => transport);
  return found.filter(({ transport }) => !taken.includes(transport));
}

function address(draft, at, entry, kind) {
  const made = element("input", "");
  made.value = entry.transport.slice(kind.length + 1);
  made.placeholder = EXAMPLES[kind];
  made.maxLength = 300;
  made.autocomplete = "off";
  made.spellcheck = false;
  made.disabled = !draft.isChangeable;
  made.setAttribute("aria-label", t("devices.port-address"));
  made.onchange = () => {
    write(draft, entry, `${kind}:${made.value.trim()}`);
  };
  return made;
}

function offered(draft, entry, found, kind, then) {
  return free(draft, found).filter(({ transport }) => kindOf(transport) === kind).map((each) => {
    const made = button("", () => {
      write(draft, entry, each.transport);
      then();
    }, "found");
    made.append(name(each.name || each.transport));
    made.disabled = !draft.isChangeable;
    return made;
  });
}

function write(draft, entry, transport) {
  if (transport) entry.transport = transport;
  else delete entry.transport;
  draft.changed();
}
