// The reports page, for managers: how a day was, and who did what. Today goes on by itself.

import { ask } from "/live/asking.js";
import { element } from "/look/elements.js";
import { applyLook } from "/look/look.js";
import { linkPages } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { get, tablePath } from "/reports/asked.js";
import { openAudit, showAudit } from "/reports/audit.js";
import { showGlance } from "/reports/glance.js";
import { showHours, showTickets } from "/reports/hours.js";
import { clock, dateInWords, daysLater, duration, number, share } from "/reports/said.js";
import { fill, numeric } from "/reports/table.js";
import { speak, t, written } from "/words/words.js";

const SESSION = "/api/v1/kds/session";
const LOOK_MS = 1500;
const ANSWER_MS = 3000; // With the above, it owns up within 5 s.
const TODAY_MS = 10000;
const DAYS = 14;

const byId = (id) => document.getElementById(id);
let session = null;
let date = new URLSearchParams(location.search).get("date"); // null: today
let day = null;
let other = null; // The day to compare with.
let chosen = null; // The place of an hour.
let days = []; // The two weeks before it, as they were told.
let asked = 0;
let trueAt = new Date();
let drawn = 0; // Width of the page that charts were drawn for.

function start() {
  linkPages("reports");
  document.title = `${t("reports.title")} · Expeditor`;
  session = watchSession(() => location.reload());
  byId("date").onchange = () => { if (byId("date").value) show(byId("date").value); };
  byId("before").onclick = () => show(daysLater(day.date, -1));
  byId("after").onclick = () => show(daysLater(day.date, 1));
  byId("yesterday").onclick = () => show(daysLater(day.today, -1));
  byId("today").onclick = () => show(null);
  byId("compared").onchange = load;
  byId("print").onclick = () => print();
  byId("choice").onsubmit = (event) => event.preventDefault();
  window.onpopstate = () => {
    date = new URLSearchParams(location.search).get("date");
    load();
  };
  window.onresize = () => { if (day && innerWidth !== drawn) draw(); };
  window.onbeforeprint = () => { if (day) draw(); };
  openAudit();
  load();
  look();
  setInterval(() => { if (!document.hidden && isToday()) load(); }, TODAY_MS);
}

function isToday() {
  return date === null || day?.date === day?.today;
}

/** Another day; null for that of now. */
function show(wanted) {
  date = wanted;
  chosen = null;
  const here = new URL(location);
  if (date === null) here.searchParams.delete("date");
  else here.searchParams.set("date", date);
  history.pushState(null, "", here);
  load();
}

async function load() {
  const mine = asked += 1;
  const found = await get(date === null ? "day" : `day?${new URLSearchParams({ date })}`);
  if (mine !== asked) return;
  told(found);
  if (!found.body) return;
  const back = Number(byId("compared").value);
  const then = back ? await past(daysLater(found.body.date, -back)) : null;
  if (mine !== asked) return;
  [day, other] = [found.body, then];
  byId("report").hidden = false;
  draw();
  showDays(mine);
  showAudit(day);
  if (chosen !== null) showSlow(mine);
}

/** A day to compare with: what is over is not counted again each time that today is. */
async function past(wanted) {
  if (other?.date === wanted) return other;
  return (await get(`day?date=${wanted}`)).body ?? null;
}

function draw() {
  drawn = innerWidth;
  if (document.activeElement !== byId("date")) byId("date").value = day.date;
  byId("date").max = day.today;
  byId("after").disabled = byId("today").disabled = day.date === day.today;
  byId("which").textContent = dateInWords(day.date);
  byId("meaning").textContent = t("reports.meaning", {
    begins: clock(day.begins, day), zone: day.time_zone,
  });
  showGlance(byId("glance"), day, other);
  showHours(day, chosen, press);
  if (!day.total.tickets) byId("slow").hidden = true;
  const span = { from: day.date, to: day.date };
  byId("csv").replaceChildren(
    tableLink("hours", "day", { date: day.date }), tableLink("tickets", "tickets", span),
    tableLink("audit", "audit", span),
    tableLink("days", "days", { from: daysLater(day.date, 1 - DAYS), to: day.date }),
  );
}

function tableLink(words, name, query) {
  const link = element("a", "button", t(`reports.${words}`));
  link.href = tablePath(name, query);
  link.download = "";
  return link;
}

async function press(place) {
  chosen = place === chosen ? null : place;
  byId("slow").hidden = chosen === null;
  draw();
  if (chosen === null) return;
  await showSlow(asked);
  byId("slow").focus();
}

async function showSlow(mine) {
  const hour = chosen;
  const { body } = await get(`slowest?date=${day.date}&hour=${hour}`);
  if (!body || mine !== asked || hour !== chosen) return;
  const { begins, ends } = day.hours[hour];
  const words = t("reports.slowest", { begins: clock(begins, day), ends: clock(ends, day) });
  const table = document.createElement("table");
  showTickets(table, day, body);
  const shown = body.length ? element("div", "scroll", table) : element("p", "", t("reports.none-finished"));
  byId("slow").replaceChildren(element("h3", "", words), shown);
  byId("slow").hidden = false;
}

async function showDays(mine) {
  if (days[days.length - 1]?.date !== day.date) {
    const { body } = await get(`days?from=${daysLater(day.date, 1 - DAYS)}&to=${day.date}`);
    if (!body || mine !== asked) return;
    days = body;
  }
  const headings = ["day", "orders", "tickets", "items", "median", "p90", "late", "voided", "recalls"];
  const newest = [day, ...days.slice(0, -1).reverse()]; // The days before it are over.
  const rows = newest.map(({ date: that, orders, total }) => {
    const button = element("button", "", dateInWords(that, { weekday: "short", day: "numeric", month: "short" }));
    button.type = "button";
    button.onclick = () => {
      show(that);
      scrollTo(0, 0);
    };
    if (that === day.date) button.ariaCurrent = "date";
    const figures = [number(orders.orders), number(total.tickets), number(total.items),
      duration(total.median_seconds), duration(total.p90_seconds), share(total.late_share),
      number(total.voided), number(total.recalls)];
    return [button, ...figures.map(numeric)];
  });
  fill(byId("days"), headings.map((each) => t(`reports.${each}`)), rows);
}

// ── how it stands ────────────────────────────────────────────────────────────────────

/** Whether the appliance is there, looked at by itself: a day that is over is asked for once. */
async function look() {
  const now = await ask(SESSION, ANSWER_MS);
  if (now === undefined) offline();
  else live(now !== null);
  setTimeout(look, LOOK_MS);
}

function told({ body, denied, indexing, refused }) {
  byId("indexing").hidden = !indexing && !refused;
  if (indexing) {
    byId("indexing").textContent = t("reports.indexing", {
      done: share(indexing.indexed / indexing.of),
    });
    setTimeout(load, TODAY_MS / 5);
  } else if (refused) {
    byId("indexing").textContent = t("reports.refused", { why: refused });
  }
  if (denied) deny();
  else if (body) session.isIn();
}

function deny() {
  byId("report").hidden = true;
  day = null;
  session.ask();
}

function live(isIn) {
  const wasAway = document.body.classList.contains("stale");
  trueAt = new Date();
  link("live");
  byId("offline").hidden = true;
  document.body.classList.remove("stale");
  if (!isIn) deny();
  else if (wasAway || !day) load();
}

function offline() {
  link("offline");
  document.body.classList.add("stale");
  const since = written(trueAt, { timeStyle: "medium" });
  byId("offline").textContent = t("reports.offline", { since });
  byId("offline").hidden = false;
}

function link(state) {
  byId("link").className = state;
  byId("link").textContent = t(`reports.link-${state}`);
}

applyLook();
speak("pages", "reports").then(start);
