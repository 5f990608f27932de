// The pass: whole orders, with how far each station is. Draws what link.js hears, and nothing else.

import { say, shout, showLink } from "/board/banners.js";
import { title } from "/board/card.js";
import { sayWrong, watchDeeds } from "/board/deeds.js";
import { watchDrawing } from "/board/drawing.js";
import { watchPresses } from "/board/press.js";
import { drawTrouble, watchPrinters } from "/board/printers.js";
import { watchSummons } from "/board/summons.js";
import { isChosen } from "/board/view.js";
import { ask } from "/live/asking.js";
import { come, finished, follow, knock } from "/live/link.js";
import { clock } from "/live/time.js";
import { element, name } from "/look/elements.js";
import { leadOn, linkPages, showCode } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { draw, tell } from "/pass/card.js";
import { mark, watchChannels } from "/pass/channels.js";
import { watchCollecting } from "/pass/collecting.js";
import { watchKeyboard } from "/pass/keyboard.js";
import { keepOrders, numberOf, undone } from "/pass/orders.js";
import { makePager, pack, pageSize } from "/pass/pages.js";
import { keepSent } from "/pass/sent.js";
import { drawSummary, filtered, makeFilters, put, SENT } from "/pass/summary.js";
import { t, told } from "/words/words.js";

const SESSION = "/api/v1/kds/session";
const ANSWER_MS = 5000;
const MANAGERS = ["manager", "owner", "tenant_admin"];
const SAID = ["bump", "print", "recall", "void"]; // What is worth a word when it is done.

/** Once there are words for it. */
export function openPass() {
  const byId = (id) => document.getElementById(id);
  const wanted = new URLSearchParams(location.search).get("station");
  const list = byId("cards");
  const orders = keepOrders();
  const views = new Map(); // by station id: what buttons and bump bars have its board show
  const said = new Map(); // by order, what its card in sight was drawn of
  let stations = [];
  let filter = "all";
  let page = 0;
  let isTurned = false; // Somebody at a bump bar has gone on to another order, or page.
  let may = false; // This sign-in may void.
  let renewed = false; // the cookie of this screen

  const presses = watchPresses(byId("orders"));
  const pressesAbove = watchPresses(byId("channels"));
  const afterwards = (change) => presses.afterwards(() => pressesAbove.afterwards(change));
  const drawing = watchDrawing(drawAll, afterwards);
  const deeds = watchDeeds({
    isLive: () => link.isLive(), ticket: orders.get, changed: redraw, words: wordsOf,
  });
  const collecting = watchCollecting({ isLive: () => link.isLive(), changed: redraw });
  const sent = keepSent((ticket) => deeds.perform(ticket, "recall"), collecting);
  const printing = watchPrinters(redraw);
  const channels = watchChannels(byId("channels"), byId("pause"), {
    isLive: () => link.isLive(), changed: redraw,
  });
  const tellFilters = makeFilters(byId("filters"), (chosen) => show(chosen, 0));
  const tellPager = makePager(byId("pager"), turn);
  const session = watchSession(() => link.connect());
  const link = follow({
    snapshot(payload) {
      put(byId("kitchen"), payload.name);
      document.title = `${t("pages.pass")} · ${payload.name}`;
      orders.clear();
      payload.tickets.forEach(orders.put);
      payload.tickets.forEach(learn);
      arrange(payload.stations);
      summons.are(payload.summons.map(({ station_id: id }) => id));
      recollect();
      redraw();
    },
    stations(all) {
      arrange(all);
      redraw();
    },
    ticket(type, ticket, live) {
      learn(ticket);
      if (live) orders.put(ticket);
      else orders.finish(ticket);
      if (ticket.station_id === pass()) sent.tell(ticket, live);
      deeds.heard(ticket.id);
      redraw();
    },
    summon: (id, live) => summons.is(id, live),
    collected(number, at) {
      collecting.tell(number, at);
      redraw();
    },
    boards(all, isAll) {
      if (isAll) views.clear();
      for (const view of all) turnTo(view);
      redraw();
    },
    printers: (all) => printing.tell(all),
    screens: (all, own) => leadOn(all.find(({ id }) => id === own)),
    channels: channels.tell,
    beat(fault, warnings) {
      say("warnings", warnings.join("\n"));
      shout("fault", fault && t("board.cannot-store"), fault?.message);
    },
    drawn: (then) => afterwards(() => drawing.whenDrawn(then)),
    admits(own) {
      if (own && !renewed) knock({ screen_id: own });
      renewed ||= Boolean(own);
      return true;
    },
    live() {
      document.body.classList.remove("stale");
      setInert(false);
      say("offline", null);
      showLink("live", t("board.live"));
      session.isIn();
      learnRights();
      redraw();
    },
    offline(since) {
      release();
      deeds.takeAllBack();
      document.body.classList.add("stale");
      setInert(true);
      shout("offline", t("board.offline-since", { time: clock(since) }), t("board.offline-more"));
      showLink("offline", t("board.offline"));
    },
    signedOut() {
      release();
      orders.clear();
      sent.clear();
      collecting.clear();
      summons.are([]);
      printing.tell([]);
      channels.tell({ accounts: [], disagreements: [] });
      stations = [];
      say("offline", null);
      redraw();
      showLink("connecting", t("board.not-signed-in"));
      if (!showCode()) session.ask();
    },
  }, { whole_orders: true });
  const summons = watchSummons(byId("summons"), byId("summon"), called, async (coming) => {
    const { wrong } = link.isLive() ? await come(coming) : {};
    if (wrong) sayWrong(name(called(coming)), wrong);
  });

  /** Whoever has a finger there means nothing by it any more. */
  function release() {
    presses.release();
    pressesAbove.release();
  }

  function setInert(isInert) {
    for (const id of ["orders", "tools", "summons", "channels"]) byId(id).inert = isInert;
  }

  // ── what there is ────────────────────────────────────────────────────────────────

  function arrange(entries) {
    stations = entries;
    for (const { id, name: words } of entries) {
      const elsewhere = document.querySelectorAll(`[data-called="${CSS.escape(id)}"]`);
      for (const place of elsewhere) put(place, words);
    }
    const passes = entries.filter(isPass);
    byId("passes").hidden = passes.length < 2;
    byId("passes").replaceChildren(...passes.map(({ id, name: words }) => {
      const link = element("a", "", name(words));
      link.href = `/pass?station=${encodeURIComponent(id)}`;
      if (id === pass()) link.ariaCurrent = "page";
      return link;
    }));
    byId("no-pass").hidden = !entries.length || passes.length > 0;
  }

  /** Whether somebody has its order, every ticket says. */
  function learn(ticket) {
    collecting.tell(numberOf(ticket), ticket.metadata.collectedAt);
  }

  function isPass({ station_type: kind, active }) {
    return kind === "expo" && active;
  }

  /** The id of the pass that is shown: that of the address, or the first; null where there is none. */
  function pass() {
    const passes = stations.filter(isPass);
    return (passes.find(({ id }) => id === wanted) ?? passes[0])?.id ?? null;
  }

  function called(id) {
    return stations.find((station) => station.id === id)?.name ?? id;
  }

  /** What stations, and the pass, were done with before this page was there to hear of it. */
  async function recollect() {
    const at = pass();
    if (at === null) return;
    const cooking = stations.filter(({ station_type: kind }) => kind !== "expo");
    await Promise.all([
      sent.look(at),
      ...cooking.map(async ({ id }) => orders.recollect((await finished(id)) ?? [])),
    ]);
    redraw();
  }

  async function learnRights() {
    const who = await ask(SESSION, ANSWER_MS);
    may = Boolean(who?.roles.some((role) => MANAGERS.includes(role)));
    channels.isFor(who);
    redraw();
  }

  // ── what is shown of it ──────────────────────────────────────────────────────────

  /** With the next frame, all of it at once, and under no finger. */
  function redraw() {
    drawing.soon("all");
  }

  function drawAll() {
    const now = link.now();
    const cooking = stations.filter(({ station_type: kind }) => kind !== "expo");
    const all = orders.at(pass(), cooking);
    byId("tools").hidden = !stations.length;
    byId("undo").hidden = pass() === null;
    drawSummary(byId("summary"), all, now);
    tellFilters(filter, all, now);
    drawTrouble(byId("printers"), printing.troubleAt(pass()));
    channels.draw(now);
    keepingFocus(() => (filter === SENT ? drawSent(now) : drawCards(all, now)));
    byId("none").hidden = list.children.length > 0 || !stations.length;
    put(byId("none"), t(`pass.none-${filter}`));
    pack(list);
    if (isTurned) list.querySelector(".selected")?.scrollIntoView({ block: "nearest" });
    isTurned = false;
  }

  function drawSent(now) {
    said.clear();
    byId("pager").hidden = true;
    list.replaceChildren(...sent.draw(now, deeds.of));
  }

  function drawCards(all, now) {
    const view = filter === "all" ? views.get(pass()) : null;
    const found = filtered(all, filter, now);
    const size = pageSize(list, view);
    if (isTurned && view) {
      const at = found.findIndex(({ head }) => head.order_id === view.selected_order_id);
      page = Math.floor((at < 0 ? view.first : at) / size);
    }
    page = Math.max(0, Math.min(page, Math.ceil(found.length / size) - 1));
    tellPager(page, size, found.length);
    const shown = found.slice(page * size, (page + 1) * size);
    const cards = shown.map((order, at) => {
      const card = cardOf(order);
      tell(card, order, now);
      mark(card, channels.matterOf(order));
      card.classList.toggle("selected", order.head.order_id === view?.selected_order_id);
      put(card.querySelector(".slot"), view?.slots ? String(at + 1) : "");
      return card;
    });
    list.classList.toggle("selects", Boolean(view?.selected_order_id));
    list.classList.toggle("numbered", Boolean(view?.slots));
    for (const card of [...list.children]) if (!cards.includes(card)) card.remove();
    cards.forEach((card, at) => {
      if (list.children[at] !== card) list.insertBefore(card, list.children[at] ?? null);
    });
    for (const number of said.keys()) {
      if (!shown.some((order) => order.number === number)) said.delete(number);
    }
  }

  /** The card of an order: the one in sight, as long as it says the same. */
  function cardOf(order) {
    const how = { may, prints: printing.isAt(pass()), sending: sendingOf(order) };
    const drawn = JSON.stringify([order, how]);
    const there = list.querySelector(`[data-order="${order.number}"]`);
    if (there && said.get(order.number) === drawn) return there;
    said.set(order.number, drawn);
    return draw(order, { ...how, perform: (ticket, action) => perform(order, ticket, action) });
  }

  function sendingOf({ tickets }) {
    return tickets.map(({ id }) => deeds.of(id)).find(Boolean) ?? null;
  }

  function perform(order, ticket, action) {
    const open = undone(order).map(({ name: words }) => words).join(", ");
    deeds.perform(ticket, action, open);
  }

  /** Draw, after which the keyboard is where it was, or on what stands there now. */
  function keepingFocus(drawing) {
    const was = document.activeElement;
    const card = was.closest(".order");
    const at = [...list.children].indexOf(card);
    drawing();
    if (!card || was.isConnected) return;
    const now = list.querySelector(`[data-order="${card.dataset.order}"]`);
    const again = was.dataset.action && now?.querySelector(`[data-action="${was.dataset.action}"]`);
    (again || now || list.children[at] || list.lastElementChild)?.focus({ preventScroll: true });
  }

  // ── what somebody does ───────────────────────────────────────────────────────────

  function show(chosen, at) {
    [filter, page] = [chosen, at];
    byId("orders").scrollTop = 0;
    redraw();
  }

  /** Another page, at once; whether there is one. */
  function turn(by) {
    const before = page;
    page = Math.max(0, page + by);
    byId("orders").scrollTop = 0;
    drawAll();
    return page !== before;
  }

  /** What somebody at a button or a bump bar has the board of a station show. */
  function turnTo({ station_id: id, ...view }) {
    const was = views.get(id);
    views.set(id, view);
    if (id !== pass()) return;
    const ids = orders.at(pass(), []).map(({ head }) => head.order_id);
    // Where the one before has left, it goes on to the next by itself.
    if (!was || (was.first === view.first && !isChosen(view, was, ids))) return;
    isTurned = true;
    show("all", 0);
  }

  byId("undo").onclick = ({ target }) => {
    deeds.takeBack({ id: pass(), name: called(pass()) }, target);
  };

  function tick() {
    if (!link.isLive()) return; // Nothing moves on a page that may be old.
    put(byId("clock"), clock(new Date(link.now())));
    redraw();
  }

  linkPages("pass");
  watchKeyboard(list, turn);
  addEventListener("resize", redraw);
  setInterval(tick, 1000);
}

/** `open`: what its stations have not done. */
function wordsOf(ticket, action, open) {
  if (!SAID.includes(action) || (action === "bump" && ticket.status === "voided")) return null;
  const message = action === "bump" && open ? "bump-undone" : action;
  return told(`pass.said-${message}`, { order: name(title(ticket)), stations: name(open ?? "") });
}
