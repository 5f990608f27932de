// Ticket printers in words, and on the board: at the stations of one that needs somebody.

import { element } from "/look/elements.js";
import { hour } from "/live/time.js";
import { t } from "/words/words.js";

const CALM = ["ready", "silent"];

/** How a printer is, and what to do: `out of paper since 19:31; … . Put in a new roll.` */
export function sentence(printer) {
  const { state, why, since, to_do: toDo, covered_by: other, waiting, asking } = printer;
  const at = hour(new Date(since), new Date());
  const [what, ...more] = (why || (state === "silent" ? t("live.printer-silent") : state)).split(": ");
  const isAsked = CALM.includes(state) && asking; // That it works is no news then.
  const stations = printer.steps_in_for.join(", ");
  const facts = [
    !isAsked && [t("live.printer-since", { what, hour: at }), ...more].join(": "),
    other && t("live.printer-covered", { printer: other }),
    !other && waiting > asking && t("live.chits-waiting", { count: waiting - asking }),
    asking && t("live.chits-asking", { count: asking }),
    stations && t("live.printer-steps-in", { stations }),
  ];
  return [`${facts.filter(Boolean).join("; ")}.`, toDo].filter(Boolean).join(" ");
}

/** Say in `place` what is the matter with these printers. What says so already stays. */
export function drawTrouble(place, printers) {
  const lines = printers.map((each) => {
    const where = each.asking ? ` ${t("board.see-status")}` : "";
    return [each.concern, each.id, `: ${sentence(each)}${where}`];
  });
  const now = JSON.stringify(lines);
  if ((place.dataset.said ?? "[]") === now) return;
  place.dataset.said = now;
  place.replaceChildren(...lines.map(([kind, id, words]) => {
    return element("p", kind, element("b", "", id), words);
  }));
}

/** Of all printers, as they are told. `show(id, isOther)` has a station show it: see `isAt`. */
export function watchPrinters(show) {
  let printers = [];
  const at = (station, all) => all.filter(({ stations }) => stations.includes(station));

  return {
    /** Whether any of them prints for a station; `isOther` says that this has changed. */
    isAt: (station) => at(station, printers).length > 0,
    /** Those of a station that somebody has to look after. */
    troubleAt: (station) => at(station, printers).filter(({ concern }) => concern !== "none"),
    /** They are like this from now on. */
    tell(all) {
      const before = printers;
      printers = all;
      for (const station of new Set([...before, ...all].flatMap(({ stations }) => stations))) {
        show(station, !at(station, before).length !== !at(station, all).length);
      }
    },
  };
}
