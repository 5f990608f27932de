// Stations that call for somebody, in the line at the top, until somebody comes.

import { element } from "/look/elements.js";
import { told } from "/words/words.js";

/**
 * In `place`, a line of `template` for each station that calls; `called` says what it is called,
 * and `come` is called with its id when somebody presses that he comes.
 */
export function watchSummons(place, template, called, come) {
  const lineOf = (id) => place.querySelector(`[data-summon="${CSS.escape(id)}"]`);

  /** A station calls for somebody, or nobody has to come any more. */
  function is(id, live) {
    if (!live) lineOf(id)?.remove();
    if (!live || lineOf(id)) return;
    const line = template.content.cloneNode(true).firstElementChild;
    line.dataset.summon = id;
    const station = element("b", "name", called(id));
    station.dataset.called = id; // Who renames it finds it by that.
    line.querySelector(".words").append(...told("board.calls", { station }));
    line.querySelector("button").onclick = () => come(id);
    place.append(line);
  }

  return {
    is,
    /** These call, and no others. A line that stays is left alone: a finger may be on it. */
    are(ids) {
      const there = [...place.children].map(({ dataset }) => dataset.summon);
      for (const id of there) if (!ids.includes(id)) is(id, false);
      for (const id of ids) is(id, true);
    },
  };
}
