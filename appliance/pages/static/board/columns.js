// The columns of all stations that are shown here, and the cards in them.

import { standingOf, tellTime } from "/board/aging.js";
import { draw } from "/board/card.js";
import { addColumn } from "/board/column.js";
import { drawTrouble } from "/board/printers.js";
import { number } from "/board/queue.js";
import { withTicks } from "/board/ticks.js";

/**
 * In `place`. `board` has `tickets`, `deeds`, `ticks`, `printing`; `wanted`, the ids of the stations to show, or
 * null for all; and `now`, `soon` and `afterwards` as `addColumn` wants them.
 */
export function keepColumns(place, board) {
  const { tickets, deeds, ticks, printing, wanted } = board;
  const narrow = matchMedia("(max-width: 640px)");
  const stations = new Map(); // by id, all there are, and those that are gone but for their tickets
  const columns = new Map(); // by station id, of those that are shown
  const views = new Map(); // by station id: what buttons and bump bars have its board show
  let opened = null; // the id of the ticket whose card shows what else can be done with it
  let numbered = null; // the column whose cards say by which key they are bumped

  const isWanted = (id) => wanted === null || wanted.includes(id);
  const redraw = (ticket) => {
    const column = columns.get(ticket?.station_id);
    if (column) board.soon(column);
  };
  const parts = {
    tickets, now: board.now, soon: board.soon, afterwards: board.afterwards,
    flows: () => narrow.matches && columns.size > 1,
    numbers: (column) => column === numbered,
    perform: deeds.perform, takeBack: deeds.takeBack,
    face: (ticket, { pass }) => ({
      atPass: pass,
      targets: ticket.id === opened ? targetsOf(ticket) : null,
      prints: printing.isAt(ticket.station_id),
      sending: deeds.of(ticket.id),
      ticks: ticks.of(ticket.id),
    }),
    drawCard: (ticket, { ticks: asked, ...face }) => draw(withTicks(ticket, asked), {
      ...face, called, open, perform: deeds.perform, tick: ticks.tick,
    }),
    tellTime(card, ticket, { pass }) {
      const now = board.now();
      tellTime(card, ticket, now, pass ? standingOf(elsewhere(ticket), now) : null);
    },
  };

  /** What a station is called, as far as that is known here. */
  function called(id) {
    return stations.get(id)?.name ?? id;
  }

  /** The tickets of an order at the stations that make it, with their names. */
  function elsewhere(ticket) {
    const order = number(ticket);
    const making = [...stations].filter(([, { pass }]) => !pass);
    return making.map(([id, { name }]) => [name, tickets.get(`ticket-${order}-${id}`)])
      .filter(([, theirs]) => theirs);
  }

  /** The ids of the stations where else a ticket could be made. */
  function targetsOf(ticket) {
    const cooking = [...stations].filter(([, { pass, active }]) => active && !pass);
    return cooking.map(([id]) => id).filter((id) => id !== ticket.station_id);
  }

  /** Show what else can be done with a ticket, or hide it again; one card does at a time. */
  function open(ticket) {
    const other = tickets.get(opened);
    opened = opened === ticket.id ? null : ticket.id;
    redraw(ticket);
    redraw(other);
  }

  /** The column of a station; one that the kitchen no longer has is shown all the same. */
  function columnOf(id) {
    if (!isWanted(id)) return null;
    if (columns.has(id)) return columns.get(id);
    const column = addColumn(id, parts);
    columns.set(id, column);
    place.append(column.section);
    place.classList.toggle("several", columns.size > 1);
    drawTrouble(column.section.querySelector(".printers"), printing.troubleAt(id));
    if (views.has(id)) column.show(views.get(id));
    board.soon(column);
    return column;
  }

  function put(ticket) {
    tickets.put(ticket);
    const column = columnOf(ticket.station_id);
    if (!column) return;
    column.recallable(column.gone.filter(({ id }) => id !== ticket.id));
    board.soon(column);
  }

  function takeOff(ticket) {
    tickets.remove(ticket.id);
    if (opened === ticket.id) opened = null;
    redraw(ticket);
  }

  /** Give these stations a column each, in this order; any other keeps its own while it has cards. */
  function arrange(entries) {
    const others = new Set(stations.keys());
    let shown = 0;
    for (const { id, name, station_type: type, active, sound_alerts: sounds } of entries) {
      others.delete(id);
      stations.set(id, { name, pass: type === "expo", active, sounds });
      const said = document.querySelectorAll(`[data-called="${CSS.escape(id)}"]`);
      for (const elsewhere of said) elsewhere.textContent = name;
      const column = columnOf(id);
      if (!column) continue;
      column.become(stations.get(id));
      const there = place.children[shown] ?? null;
      if (there !== column.section) place.insertBefore(column.section, there);
      shown += 1;
    }
    for (const id of others) if (!tickets.at(id).length) forget(id);
    redraw(tickets.get(opened)); // It may go elsewhere now.
  }

  function forget(id) {
    stations.delete(id);
    columns.get(id)?.section.remove();
    columns.delete(id);
    place.classList.toggle("several", columns.size > 1);
  }

  function turnOne(id, view) {
    if (view) views.set(id, view);
    else views.delete(id);
    columns.get(id)?.show(view);
  }

  return {
    called, put, arrange, redraw,
    each: (act) => [...columns.values()].forEach(act),
    draw: (due) => due.forEach((column) => { if (columns.get(column.id) === column) column.draw(); }),
    cardOf: (id) => columns.get(tickets.get(id)?.station_id)?.cardOf(id),
    /** The tickets of the stations that are shown. */
    shown: () => [...columns.keys()].flatMap((id) => tickets.at(id)),
    /** Those of the stations that are wanted here that there are none of. */
    missing: () => wanted?.filter((id) => !stations.has(id)) ?? [],
    sounds: (id) => Boolean(columns.has(id) && stations.get(id)?.sounds),
    anySounds: () => [...columns.keys()].some((id) => stations.get(id)?.sounds),
    /** These are all there are. A card that says the same stays: a finger may be on it. */
    replace(all, entries) {
      const there = new Set(all.map(({ id }) => id));
      for (const ticket of tickets.all()) if (!there.has(ticket.id)) takeOff(ticket);
      arrange(entries);
      const isOther = (ticket) => {
        const known = tickets.get(ticket.id);
        return !known || JSON.stringify(known) !== JSON.stringify(ticket);
      };
      all.filter(isOther).forEach(put);
    },
    /** It has left its board, perhaps to be recalled. */
    remove(ticket) {
      takeOff(ticket);
      const column = columnOf(ticket.station_id);
      if (!column) return;
      const others = column.gone.filter(({ id }) => id !== ticket.id);
      const isForgotten = ticket.status === "bumped" && ticket.metadata.forgotten;
      column.recallable(ticket.completed_at || isForgotten ? [ticket, ...others] : others);
    },
    /** What somebody at buttons or bump bars has boards show; `all`: no other board has any. */
    turn(told, all) {
      const there = new Set(told.map(({ station_id }) => station_id));
      for (const id of all ? [...views.keys()] : []) if (!there.has(id)) turnOne(id, null);
      for (const { station_id, ...view } of told) turnOne(station_id, view);
    },
    /** What is the matter with a station's printers; `isOther`: whether it has any. */
    drawTrouble(id, isOther) {
      const column = columns.get(id);
      if (!column) return;
      drawTrouble(column.section.querySelector(".printers"), printing.troubleAt(id));
      if (isOther) board.soon(column);
    },
    clear() {
      place.replaceChildren();
      opened = numbered = null;
      for (const each of [columns, stations, views, tickets]) each.clear();
    },
    /** Those in sight, from the first to the last. */
    inSight: () => [...place.children].filter(({ hidden }) => !hidden)
      .map(({ dataset }) => columns.get(dataset.station)),
    /** Its cards say by which key each is bumped, and those of no other column. */
    number(column) {
      const before = numbered;
      numbered = column;
      for (const each of new Set([before, column])) if (each && columns.get(each.id) === each) board.soon(each);
    },
  };
}
