// Ticket printers in words, and on the board: at the stations of one that needs somebody.

import { element } from "/look/elements.js";
import { hour } from "/live/time.js";

const CALM = ["ready", "silent"];
const WORDS = { silent: "prints, and tells nothing of itself" };

/** How a printer is, and what to do: `out of paper since 19:31; … . Put in a new roll.` */
export function sentence(printer) {
  const { state, why, since, to_do: toDo, covered_by: other, waiting, asking } = printer;
  const at = hour(new Date(since), new Date());
  const [what, ...more] = (why || WORDS[state] || state).split(": ");
  const isAsked = CALM.includes(state) && asking; // That it works is no news then.
  const facts = [
    !isAsked && [`${what} since ${at}`, ...more].join(": "),
    other && `its chits come out at ${other}`,
    !other && waiting > asking && `${chits(waiting - asking)} waiting`,
    asking && `${chits(asking)} to be decided about`,
    printer.steps_in_for.length && `prints what no screen shows at ${printer.steps_in_for.join(", ")}`,
  ];
  return [`${facts.filter(Boolean).join("; ")}.`, toDo].filter(Boolean).join(" ");
}

function chits(count) {
  return count === 1 ? "1 chit" : `${count} chits`;
}

/** Say in `place` what is the matter with these printers. What says so already stays. */
export function drawTrouble(place, printers) {
  const lines = printers.map((each) => {
    const where = each.asking ? " See Status." : "";
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
