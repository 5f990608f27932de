// When tickets of some stations, or kinds of orders, are late: otherwise than all others.

import { element, name } from "/look/elements.js";
import { secondsOf } from "/setup/duration.js";
import { drawEntries, openEntry } from "/setup/entries.js";
import { button, field, listOf, tableOf, through } from "/setup/fields.js";
import { patternsOf, shownAll } from "/setup/patterns.js";
import { listed, minutes } from "/setup/rule-words.js";
import { called } from "/setup/station-words.js";
import { t, told } from "/words/words.js";

const LATE = "timing.late";

/** The list, and how to add to it. */
export function lateList(draft) {
  const list = element("ol", "entries");
  const draw = () => drawEntries(list, draft, LATE, {
    title: (late) => [element("span", "", ...sentence(draft.document, late))],
    name: (_late, at) => t("setup.late-number", { number: at + 1 }),
    fields: (late, at) => fieldsOf(draft, late, at),
    moved: () => {},
    remove: (late) => {
      draft.document.timing.late = draft.document.timing.late.filter((each) => each !== late);
    },
    redraw: draw,
  });
  const add = () => {
    const { late_after: after = "5m", very_late_after: very = "8m" } = tableOf(draft, "timing");
    const late = { late_after: after, very_late_after: very };
    listOf(draft, LATE).push(late);
    openEntry(late);
    draft.changed();
    draw();
    list.lastElementChild.querySelector("textarea").focus();
  };
  draw();
  return element(
    "div", "",
    element("p", "hint", t("setup.late-what")),
    list,
    ...(draft.isChangeable ? [button(t("setup.late-add"), add)] : []),
  );
}

function sentence(document, { mode = [], station = [], late_after: after, very_late_after: very }) {
  const of = [
    ...(mode.length ? [told("setup.if-mode", { words: parts(mode) })] : []),
    ...(station.length ? [told("setup.late-at", { stations: parts(station.map((id) => called(document, id))) })] : []),
  ].map((words) => element("span", "", ...words));
  return told("setup.late-sentence", {
    what: element("span", "", ...(of.length ? listed(of, "conjunction") : [t("setup.late-all")])),
    late: minutes(secondsOf(after ?? "0s")),
    very: minutes(secondsOf(very ?? "0s")),
  });
}

function parts(texts) {
  return element("span", "", ...listed(texts.map((text) => name(text)), "disjunction"));
}

function fieldsOf(draft, late, at) {
  const key = `${LATE}[${at}]`;
  const after = ["late_after", "very_late_after"].map((each) => (
    field(draft, key, late, each, { kind: "minutes", label: t(`setup.general-${each}`) })
  ));
  const mode = field(draft, key, late, "mode", {
    kind: "lines", label: t("setup.rule-mode"), hint: t("setup.rule-mode-hint"),
    show: (patterns) => shownAll(patterns, true), read: (text) => patternsOf(text, true),
  });
  const boxes = (draft.document.station ?? []).map(({ id, name: text }) => {
    const own = { [id]: (late.station ?? []).includes(id) };
    const changed = () => {
      const others = (late.station ?? []).filter((each) => each !== id);
      late.station = own[id] ? [...others, id] : others;
      if (!late.station.length) delete late.station;
      draft.changed();
    };
    return field(through(draft, changed), `${key}.station`, own, id, {
      kind: "toggle", label: name(text ?? ""), keyShown: "", usual: false,
    });
  });
  const stations = element("fieldset", "days", element("legend", "", t("setup.late-stations")), ...boxes);
  return [element("div", "fields", mode, ...after), stations];
}
