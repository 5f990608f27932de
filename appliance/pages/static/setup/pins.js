// The header of the board, as a picture to choose a pin from: the numbers that the configuration has are
// the chip's (BCM), and whoever solders counts along the header.

import { element } from "/look/elements.js";
import { composed } from "/setup/devices.js";
import { button } from "/setup/fields.js";
import { t } from "/words/words.js";

/** From pin 1 on: a number is a GPIO. */
const HEADER = [
  "3.3 V", "5 V", 2, "5 V", 3, "ground", 4, 14, "ground", 15, 17, 18, 27, "ground", 22, 23, "3.3 V", 24, 10, "ground",
  9, 25, 11, 8, "ground", 7, 0, 1, 5, "ground", 6, 12, 13, "ground", 19, 16, 26, 20, "ground", 21,
];
const OFF_LIMITS = { 0: "hat", 1: "hat", 14: "console", 15: "console" };
const BUSES = { 2: "i2c", 3: "i2c", 7: "spi", 8: "spi", 9: "spi", 10: "spi", 11: "spi" };
const PULLED_UP = [0, 1, 2, 3, 4, 5, 6, 7, 8]; // While the board starts: a lamp there glows meanwhile.
const COLOURS = ["green", "amber", "red", "buzzer"];

/** A field for the pin at `key` of `entry`; `isLamp`: something is lit by it. */
export function pinField(draft, at, entry, key, { label, hint, isLamp = false }) {
  const picture = element("div", "header");
  picture.dir = "ltr"; // As it lies on the bench.
  const summary = element("summary", "", "");
  const details = element("details", "pin-choice", summary);
  const show = () => {
    summary.textContent = pinWords(entry[key]);
    summary.setAttribute("aria-label", `${label}: ${summary.textContent}`);
  };
  const choose = (pin) => {
    if (pin === undefined) delete entry[key];
    else entry[key] = pin;
    show();
    details.open = false;
    draft.changed();
    summary.focus();
  };
  const none = button(t("devices.pin-none"), () => choose(undefined));
  none.disabled = !draft.isChangeable;
  details.append(element("p", "hint", t("devices.header-hint")), picture, none);
  details.ontoggle = () => {
    if (!details.open) return;
    const users = usersOf(draft.document);
    picture.replaceChildren(...HEADER.map((pin, index) => {
      return drawn(pin, index + 1, { users, mine: entry[key], isLamp, choose, draft });
    }));
  };
  show();
  return composed(`${at}.${key}`, label, summary, { hint, parts: [details] });
}

/** `GPIO 17, pin 11 of the header`. */
export function pinWords(pin) {
  const place = HEADER.indexOf(pin) + 1;
  if (pin === undefined) return t("devices.pin-none");
  return place ? t("devices.pin", { gpio: pin, place }) : t("devices.pin-unknown", { gpio: pin });
}

function drawn(pin, place, { users, mine, isLamp, choose, draft }) {
  const isGpio = typeof pin === "number";
  const words = isGpio ? `GPIO ${pin}` : t(`devices.pin-${{ "3.3 V": "3v", "5 V": "5v", ground: "ground" }[pin]}`);
  const isMine = isGpio && pin === mine;
  const user = users.get(pin);
  const why = isGpio && whyNot(pin, isMine ? undefined : user, isLamp);
  const isFree = isGpio && !(pin in OFF_LIMITS) && (isMine || !user);
  const made = element(isGpio ? "button" : "span", "pin", element("b", "", String(place)), element("span", "", words));
  if (why) made.lastChild.append(element("small", "", why));
  made.classList.add(isMine ? "mine" : isFree ? "free" : isGpio ? "taken" : "power");
  if (!isGpio) return made;
  made.type = "button";
  made.disabled = !isFree || !draft.isChangeable;
  made.setAttribute("aria-pressed", String(isMine));
  made.onclick = () => choose(pin);
  return made;
}

/** What speaks against a pin, or has to be known of it; empty for nothing. */
function whyNot(pin, user, isLamp) {
  if (user) return user;
  if (pin in OFF_LIMITS) return t(`devices.pin-${OFF_LIMITS[pin]}`);
  if (pin in BUSES) return t(`devices.pin-${BUSES[pin]}`);
  return isLamp && PULLED_UP.includes(pin) ? t("devices.pin-glows") : "";
}

/** By pin, who has it. */
function usersOf({ button: buttons = [], light: lights = [] }) {
  const uses = [
    ...buttons.flatMap(({ id, pin, lamp }) => [[pin, id], [lamp, t("devices.lamp-of", { name: id })]]),
    ...lights.flatMap((light) => COLOURS.map((colour) => [light[colour], `${light.id}, ${t(`devices.${colour}`)}`])),
  ];
  return new Map(uses.filter(([pin]) => pin !== undefined));
}
