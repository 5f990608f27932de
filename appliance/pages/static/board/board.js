// The board: every station with its tickets. Draws what link.js hears, and nothing else.

import { watchAlerts } from "/board/alerts.js";
import { remind, say, shout, showLink, watchReminders } from "/board/banners.js";
import { title } from "/board/card.js";
import { keepColumns } from "/board/columns.js";
import { watchScreens } from "/board/cover.js";
import { sayWrong, watchDeeds } from "/board/deeds.js";
import { watchDisplay } from "/board/display.js";
import { watchDrawing } from "/board/drawing.js";
import { focusNow } from "/board/focus.js";
import { watchKeyboard } from "/board/keyboard.js";
import { watchPresses } from "/board/press.js";
import { watchPrinters } from "/board/printers.js";
import { keepTickets } from "/board/queue.js";
import { watchSounds } from "/board/sounds.js";
import { watchSummons } from "/board/summons.js";
import { watchTicks } from "/board/ticks.js";
import { warnOfUnrouted } from "/board/unrouted.js";
import { loadAnew } from "/live/asking.js";
import { come, finished, follow, knock } from "/live/link.js";
import { clock } from "/live/time.js";
import { name } from "/look/elements.js";
import { look } from "/look/look.js";
import { leadOn } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { t, told } from "/words/words.js";

const asked = new URLSearchParams(location.search);
const byId = (id) => document.getElementById(id);

/** Once there are words for it. */
export async function openBoard() {
  const barId = asked.get("bar");
  const screenName = asked.get("screen"); // Where this is to be a screen: what it wants to be called.
  // What few boards need is fetched by them alone.
  const { watchBar } = barId ? await import("/board/keys.js").catch(loadAnew) : {};
  const { watchDoor } = screenName === null ? {} : await import("/board/knock.js").catch(loadAnew);
  const tickets = keepTickets();
  const presses = watchPresses(byId("stations"));
  let giveBackFocus = () => {}; // to whoever had the keyboard before it was offline
  let renewed = false; // the cookie of this screen
  let isSilent = true; // for the browser lets nothing be heard yet

  const drawing = watchDrawing(keepingFocus((due) => {
    columns.draw(due);
    warnOfUnrouted(byId("unrouted"), columns.shown(), columns.called);
  }), presses.afterwards);
  const worked = {
    isLive: () => link.isLive(),
    ticket: tickets.get,
    changed: ({ id }) => columns.redraw(tickets.get(id)),
  };
  const deeds = watchDeeds({ ...worked, words: wordsOf });
  const ticks = watchTicks({ ...worked, isBusy: deeds.of });
  const printing = watchPrinters((station, isOther) => columns.drawTrouble(station, isOther));
  const columns = keepColumns(byId("stations"), {
    tickets, deeds, ticks, printing, wanted: stationsOf(asked.get("station")),
    now: () => link.now(), soon: drawing.soon, afterwards: presses.afterwards,
  });
  const sounds = watchSounds((isLocked) => {
    isSilent = isLocked;
    offerSound();
  });
  const alerts = watchAlerts(tickets, columns.sounds, (tune) => {
    if (look().sounds) sounds.play(tune);
  });
  const screens = watchScreens(byId("screens"), () => byId("stations").children, columns.called);
  const summons = watchSummons(byId("summons"), byId("summon"), columns.called, async (coming) => {
    if (!link.isLive()) return;
    const { wrong } = await come(coming);
    if (wrong) sayWrong(name(columns.called(coming)), wrong);
  });

  const link = follow({
    snapshot: redrawing((payload) => {
      byId("kitchen").textContent = payload.name;
      document.title = `${payload.name} · Expeditor`;
      columns.replace(payload.tickets, payload.stations);
      alerts.look(link.now(), true);
      columns.each(findGone);
      summons.are(payload.summons.map(({ station_id }) => station_id));
      stationsChanged();
    }),
    stations: redrawing((entries) => {
      columns.arrange(entries);
      stationsChanged();
    }),
    ticket: redrawing((type, ticket, live) => {
      const was = tickets.get(ticket.id);
      if (live) columns.put(ticket);
      else if (type !== "kds.ticket.updated" || was) columns.remove(ticket);
      deeds.heard(ticket.id);
      ticks.heard(ticket.id);
      const isNew = live && ticket.status !== "held" && (!was || was.status === "held");
      if (isNew && type !== "kds.ticket.recalled" && link.isLive()) alerts.came(ticket);
    }),
    summon: redrawing((id, live) => {
      summons.is(id, live);
      if (live && link.isLive()) alerts.called();
    }),
    boards: redrawing(columns.turn),
    printers: redrawing((all) => printing.tell(all)),
    screens: redrawing((all, own) => {
      byId("to-pass").hidden = own !== null; // It would lead right back here.
      if (!leadOn(all.find(({ id }) => id === own))) screens.tell(all, own);
    }),
    beat: redrawing((fault, warnings, reminders) => {
      say("warnings", warnings.join("\n"));
      remind(reminders.join("\n"));
      shout("fault", fault && t("board.cannot-store"), fault && fault.message);
    }),
    drawn: (then) => presses.afterwards(() => drawing.whenDrawn(then)),
    admits(own) {
      if (own && !renewed) knock({ screen_id: own });
      renewed ||= Boolean(own);
      return own !== null || screenName === null;
    },
    live() {
      document.body.classList.remove("stale");
      for (const id of ["stations", "summons"]) byId(id).inert = false;
      // Who has gone on meanwhile stays there.
      if (document.activeElement === document.body) giveBackFocus();
      session.isIn();
      door?.hide();
      say("offline", null);
      showLink("live", t("board.live"));
      bar?.renew();
      alerts.look(link.now(), true);
      tick();
    },
    offline(since) {
      presses.release();
      deeds.takeAllBack();
      ticks.takeAllBack();
      document.body.classList.add("stale");
      giveBackFocus = focusNow(columns.cardOf); // What is inert loses it.
      for (const id of ["stations", "summons"]) byId(id).inert = true;
      shout("offline", t("board.offline-since", { time: clock(since) }), t("board.offline-more"));
      showLink("offline", t("board.offline"));
    },
    signedOut() {
      presses.release();
      clear();
      say("offline", null);
      if (door) door.show();
      else session.ask();
      showLink("connecting", t(door ? "board.new-screen" : "board.not-signed-in"));
    },
  });

  const session = watchSession(link.connect);
  const door = screenName === null ? null : watchDoor(byId("code"), screenName, link.connect);
  const bar = barId && watchBar(barId, link.isLive, (station, wrong) => {
    sayWrong(station ? name(columns.called(station)) : name(barId), wrong);
  });

  /** What is said of a deed when it is done, where its card does not say it. */
  function wordsOf(ticket, action, to) {
    const facts = { ticket: name(title(ticket)), station: name(to ? columns.called(to) : "") };
    if (action === "print") return told("board.printing", facts);
    return to ? told("board.moved", facts) : null;
  }

  /** `change`, while no finger is about to press what it moves, and with the keyboard where it was. */
  function redrawing(change) {
    return (...told) => presses.afterwards(() => keepingFocus(change)(...told));
  }

  function keepingFocus(change) {
    return (...told) => {
      const giveBack = focusNow(columns.cardOf);
      change(...told);
      giveBack();
    };
  }

  function clear() {
    columns.clear();
    summons.are([]);
    printing.tell([]);
    screens.tell([], null);
    warnOfUnrouted(byId("unrouted"), [], columns.called);
  }

  function stationsChanged() {
    screens.show();
    say("no-station", columns.missing().map((id) => t("board.no-station", { station: id })).join("\n"));
    offerSound();
  }

  /** What has left a board before this page was there to hear of it. */
  async function findGone(column) {
    const found = await finished(column.id) ?? [];
    presses.afterwards(() => {
      const isOther = ({ id, metadata }) =>
        metadata.recallUntil && !tickets.has(id) && column.gone.every((each) => each.id !== id);
      const all = [...column.gone, ...found.filter(isOther)];
      all.sort((one, two) => Date.parse(two.updated_at) - Date.parse(one.updated_at) || 0);
      column.recallable(all);
    });
  }

  function offerSound() {
    byId("sound").hidden = !(isSilent && look().sounds && columns.anySounds());
  }

  function tick() {
    if (!link.isLive()) return; // Nothing moves on a board that may be old.
    columns.each((column) => column.tellTime());
    alerts.look(link.now());
    byId("clock").textContent = clock(new Date(link.now()));
  }

  watchReminders();
  watchDisplay(byId("display-button"), byId("display"));
  if (!barId) watchKeyboard(columns, byId("help"));
  addEventListener("look", () => {
    columns.each((column) => column.remeasured());
    offerSound();
  });
  setInterval(redrawing(tick), 1000);
}

/** `grill,fry`: the ids of these stations; null for all. */
function stationsOf(text) {
  const ids = text?.split(",").map((id) => id.trim()).filter(Boolean) ?? [];
  return ids.length ? ids : null;
}
