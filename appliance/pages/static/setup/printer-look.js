// What all chits look like: their language, and the lines that they are made of, with a picture beside.

import { LANGUAGES, t } from "/words/words.js";
import { element, name } from "/look/elements.js";
import { composed, select } from "/setup/devices.js";
import { button, field, more, showErrors } from "/setup/fields.js";
import { picture } from "/setup/printer-picture.js";

const LISTS = ["template", "item", "modifier"];

export function lookEditor(draft) {
  const editor = element("div", "look");
  let known = null; // What the appliance says of lines, fields and styles.

  function draw() {
    const printing = (draft.document.printing ??= {});
    const models = draft.choices.printer_models.map(({ id, name: called }) => [id, called ?? id]);
    const used = (draft.document.printer ?? []).map(({ model }) => model).find(Boolean);
    let model = used ?? models[0]?.[0] ?? null;
    const toggle = (key) => field(draft, "printing", printing, key, {
      label: t(`devices.${key}`), kind: "toggle", usual: false, hint: t(`devices.${key}-hint`),
    });
    const lists = LISTS.map((key) => linesField(draft, printing, key, () => known));
    const paper = picture(draft, () => ({ model, station: draft.document.station?.[0]?.name ?? "" }), {
      isOpen: true,
      told: (answer) => {
        known = answer ?? known;
        lists.forEach(({ show }) => show());
      },
    });
    const on = select(draft, models, model, (chosen) => {
      model = chosen;
      paper.draw();
    });
    on.disabled = false; // It is only looked at.
    on.setAttribute("aria-label", t("devices.look-model"));
    paper.details.prepend(paper.details.firstChild, element("label", "", t("devices.look-model"), on));
    editor.replaceChildren(
      element("div", "look-fields",
        field(draft, "printing", printing, "language", {
          label: t("devices.language"), kind: "choice", usual: "en", choices: Object.entries(LANGUAGES),
          hint: t("devices.language-hint"),
        }),
        toggle("beep"),
        toggle("qr"),
        more(t("devices.lines"), element("p", "hint", t("devices.lines-hint")), ...lists.map(({ made }) => made)),
      ),
      paper.details,
    );
    showErrors(editor, draft);
    paper.draw();
  }

  draft.listen((what) => {
    if (["replaced", "shown"].includes(what)) draw();
  });
  requestAnimationFrame(draw); // As soon as it is in the page.
  return editor;
}

/** Lines as they are typed, with what can be put into them below. */
function linesField(draft, printing, key, known) {
  const text = document.createElement("textarea");
  text.spellcheck = false;
  text.disabled = !draft.isChangeable;
  text.dir = "ltr";
  const chips = element("div", "chips");
  const usual = button(t("devices.lines-usual"), () => write(undefined));
  const wrong = element("small", "wrong");

  function write(lines) {
    if (lines === undefined) delete printing[key];
    else printing[key] = lines;
    draft.changed();
    show();
  }

  function insert(words) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    write(text.value.split("\n"));
  }

  function show() {
    const lines = printing[key] ?? known()?.lines[key];
    if (lines && document.activeElement !== text) text.value = lines.join("\n");
    text.rows = text.value.split("\n").length + 1;
    usual.hidden = printing[key] === undefined || !draft.isChangeable;
    if (!known() || chips.firstChild || !draft.isChangeable) return;
    const fields = known().fields[key].map((each) => chip(`{${each}}`, insert));
    const styles = known().styles.map((each) => chip(`[${each}] `, insert));
    chips.replaceChildren(...fields, ...styles);
  }

  text.oninput = () => write(text.value.split("\n"));
  draft.listen((what) => {
    if (what !== "checked" || !text.isConnected) return;
    const at = `printing.${key}`;
    const mine = draft.errors.filter((each) => each.key === at || each.key.startsWith(`${at}[`));
    wrong.replaceChildren(...mine.flatMap(({ key: where, message }) => {
      const [, line] = /\[(\d+)\]$/.exec(where) ?? [];
      return [name(line ? t("devices.line-wrong", { line: Number(line) + 1, message }) : message), " "];
    }));
    if (mine.length) text.setAttribute("aria-invalid", "true");
    else text.removeAttribute("aria-invalid");
  });
  const made = composed(`printing.${key}`, t(`devices.lines-${key}`), text, { parts: [text, chips, usual] });
  made.lastChild.replaceWith(wrong);
  delete text.dataset.key; // What is wrong is shown by line.
  return { made, show };
}

function chip(words, insert) {
  const made = button(words.trim(), () => insert(words), "chip");
  made.dir = "ltr";
  made.onmousedown = (event) => event.preventDefault(); // The text keeps its place.
  return made;
}
