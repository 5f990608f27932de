// How this screen shows the board, for whoever stands before it: layout, size, colours, language, sounds.

import { element } from "/look/elements.js";
import { COLOURS, keepLook, LAYOUTS, look, SCALES } from "/look/look.js";
import { LANGUAGES, spoken, t } from "/words/words.js";

/** `button` opens and closes the menu in `place`. */
export function watchDisplay(button, place) {
  const choose = (change) => {
    keepLook(change);
    if ("language" in change && (change.language ?? spoken()) !== spoken()) return location.reload();
    draw();
  };

  function draw() {
    const { layout, scale, colours, sounds } = look();
    place.replaceChildren(
      row("layout", LAYOUTS, layout, (each) => t(`board.layout-${each}`), choose),
      row("scale", SCALES, scale, (each) => t("board.percent", { number: each }), choose),
      row("colours", COLOURS, colours, (each) => t(`board.colours-${each}`), choose),
      row("language", Object.keys(LANGUAGES), spoken(), (each) => LANGUAGES[each], choose),
      row("sounds", [true, false], sounds, (each) => t(each ? "board.sounds-on" : "board.sounds-off"), choose),
      element(
        "p", "",
        press(t("board.as-set-up"), () => choose(
          { layout: null, scale: null, colours: null, language: null, sounds: null },
        )),
        press(t("board.close"), () => open(false)),
      ),
    );
  }

  function open(isOpen) {
    place.hidden = !isOpen;
    button.ariaExpanded = String(isOpen);
    if (isOpen) draw();
    else button.focus();
  }

  button.onclick = () => open(place.hidden);
  place.addEventListener("keydown", ({ key }) => { if (key === "Escape") open(false); });
}

/** One choice of several, all of them in sight: who has no mouse has no list to open either. */
function row(what, values, now, words, choose) {
  const group = element("div", "choice");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", t(`board.${what}`));
  const buttons = values.map((value) => {
    const button = press(words(value), () => {
      choose({ [what]: value });
      document.querySelector(`#display [data-choice="${what} ${value}"]`)?.focus();
    });
    button.dataset.choice = `${what} ${value}`;
    button.ariaPressed = String(value === now);
    return button;
  });
  group.append(element("b", "", t(`board.${what}`)), ...buttons);
  return group;
}

function press(words, pressed) {
  const button = element("button", "", words);
  button.type = "button";
  button.onclick = pressed;
  return button;
}
