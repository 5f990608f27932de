// The set-up, for managers: its sections, and the bar that says what is not yet in force.

import { element, name } from "/look/elements.js";
import { applyLook } from "/look/look.js";
import { linkPages } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { showErrors } from "/setup/fields.js";
import { openDraft } from "/setup/draft.js";
import { isToWalk, walk, walkAgain } from "/setup/first-start.js";
import { speak, t, told, written } from "/words/words.js";

const OF_GENERAL = [
  "appliance", "orders", "http", "https", "timing", "pass", "tickets", "auth", "menu", "devices", "screens",
];
/** In the order of the list, by module: what it exports, and where its errors are. */
const SECTIONS = {
  general: ["showGeneral", OF_GENERAL],
  stations: ["showStations", ["station"]],
  rules: ["showRules", ["route"]],
  printers: ["showPrinters", ["printer", "printing"]],
  buttons: ["showButtons", ["button", "panel"]],
  bars: ["showBars", ["bump_bar"]],
  lights: ["showLights", ["light"]],
  screens: ["showScreens", ["screen"]],
  access: ["showAccess", []],
  transfer: ["showTransfer", []],
};

const byId = (id) => document.getElementById(id);
const opened = new Map(); // by section, its place
let draft = null;
let session = null;
let trueAt = new Date();
let shown = ""; // the section
let isApplying = false;
let isWalking = false;

async function start() {
  linkPages("setup");
  document.title = t("setup.page-title");
  session = watchSession(() => {
    window.onbeforeunload = null;
    location.reload();
  });
  draft = await openDraft(showLink);
  draft.listen(show);
  byId("apply").onclick = apply;
  byId("discard").onclick = () => {
    byId("overtaken").hidden = true;
    draft.discard();
    say(t("setup.discarded"));
  };
  byId("show-newer").onclick = () => {
    byId("overtaken").hidden = true;
    draft.decide(false);
  };
  byId("keep-mine").onclick = () => {
    byId("overtaken").hidden = true;
    draft.decide(true);
  };
  byId("open-sections").onclick = () => openList(!byId("sections").classList.contains("open"));
  byId("walk-again").onclick = () => {
    walkAgain();
    location.reload();
  };
  window.onhashchange = () => {
    if (current() !== shown) openSection();
  };
  window.onbeforeunload = (event) => {
    if (!draft.isDirty || isWalking) return undefined;
    event.preventDefault();
    return ""; // What Chromium asks for.
  };
  if (isToWalk(draft)) startWalk();
  else await showShell();
}

async function showShell() {
  isWalking = false;
  byId("walk").hidden = true;
  byId("shell").hidden = false;
  show("replaced");
  await openSection();
}

function startWalk() {
  isWalking = true;
  byId("walk").hidden = false;
  byId("shell").hidden = true;
  byId("bar").hidden = true;
  walk(byId("walk"), draft, showShell);
}

// ── sections ─────────────────────────────────────────────────────────────────────────

function drawSections() {
  byId("section-list").replaceChildren(...Object.entries(SECTIONS).map(([id, [, keys]]) => {
    const link = element("a", "", t(`setup.section-${id}`));
    link.href = `#${id}`;
    link.onclick = () => openList(false);
    if (id === current()) link.ariaCurrent = "page";
    const count = keys.reduce((sum, key) => sum + draft.errorsAt(key).length, 0);
    if (count) link.append(" ", element("b", "count", t("setup.wrong-here", { count })));
    return element("li", "", link);
  }));
  byId("open-sections").textContent = t(`setup.section-${current()}`);
}

function openList(isOpen) {
  byId("sections").classList.toggle("open", isOpen);
  byId("open-sections").ariaExpanded = String(isOpen);
}

function current() {
  const id = location.hash.slice(1);
  return id in SECTIONS ? id : "general";
}

async function openSection() {
  const id = current();
  const [toShow] = SECTIONS[id];
  shown = id;
  drawSections();
  if (!opened.has(id)) {
    const place = element("section", "");
    place.id = `section-${id}`;
    place.setAttribute("aria-label", t(`setup.section-${id}`));
    byId("place").append(place);
    opened.set(id, place);
    try {
      const section = await import(`/setup/${id}.js`);
      await section[toShow](place, draft);
    } catch {
      place.replaceChildren(element("p", "wrong", t("setup.not-loaded")));
      opened.delete(id);
    }
  }
  for (const place of byId("place").children) place.hidden = place.id !== `section-${current()}`;
  draft.tell("shown");
  window.scrollTo(0, 0);
}

// ── the bar ──────────────────────────────────────────────────────────────────────────

function show(what) {
  if (what === "overtaken") byId("overtaken").hidden = false;
  // "Done" is no more true once it goes on with the configuration before after all.
  if (what === "changed" || (what === "replaced" && draft.inForce.errors.length)) say("");
  const { changeable, file } = draft.inForce;
  byId("walk-again").hidden = !changeable || !draft.inForce.first_start;
  byId("read-only").hidden = changeable;
  if (!changeable) byId("read-only").replaceChildren(...told("setup.read-only", { file: name(file) }));
  showNotInForce(draft.inForce.errors);
  document.body.classList.toggle("read-only", !changeable);
  drawSections();
  showErrors(byId("place"), draft);
  showBar();
}

/** Why something else is in force; what is of no field is told here. */
function showNotInForce(errors) {
  const place = byId("not-in-force");
  const words = [t("setup.not-in-force"), ...errors.filter(({ key }) => !key).map(({ message }) => message)].join(" ");
  place.hidden = !errors.length;
  if (place.textContent !== words) place.replaceChildren(name(words)); // It is an alert: said once.
}

function showBar() {
  const count = draft.changes;
  byId("bar").hidden = isWalking || (!count && !byId("told").textContent);
  byId("bar").querySelector(".keys").hidden = !count || isApplying;
  if (count && !byId("told").textContent) {
    const wrong = draft.errors.length;
    const words = [t("setup.changes", { count }), wrong && t("setup.wrong", { count: wrong })];
    byId("told").textContent = words.filter(Boolean).join(" · ");
  }
}

/** "" for how many changes there are. */
function say(words) {
  byId("told").textContent = words;
  showBar();
}

async function apply() {
  isApplying = true;
  say(t("setup.applying"));
  const { done, errors, conflict, failed } = await draft.apply();
  isApplying = false;
  if (done) say(t("setup.applied"));
  else if (errors) await showWrong(errors);
  else if (conflict) say(t("setup.conflict"));
  else say(failed ? t("setup.failed", { why: failed }) : t("setup.no-answer"));
}

/** Say how many and where, and open the first place that has any. What is of no section is said here. */
async function showWrong(errors) {
  const isWrong = ([, [, keys]]) => keys.some((key) => draft.errorsAt(key).length);
  const [id] = Object.entries(SECTIONS).find(isWrong) ?? [];
  if (id && id !== current()) {
    location.hash = id;
    await openSection();
  }
  byId("place").querySelector(".invalid .opener[aria-expanded='false']")?.click();
  const field = byId("place").querySelector("section:not([hidden]) [aria-invalid]");
  const rest = field ? "" : errors.map(({ key, message }) => `${key}: ${message}`).join("; ");
  say([t("setup.not-applied", { count: errors.length }), rest].filter(Boolean).join(" "));
  field?.focus();
}

// ── how it stands ────────────────────────────────────────────────────────────────────

function showLink(state) {
  const isAllowed = state !== "signed-out" && state !== "not-allowed";
  if (state === "live") trueAt = new Date();
  byId("link").className = { live: "live", offline: "offline" }[state] ?? "connecting";
  byId("link").textContent = t(`setup.link-${state}`);
  document.body.classList.toggle("stale", state === "offline");
  byId("offline").hidden = state !== "offline";
  const since = written(trueAt, { timeStyle: "medium" });
  if (state === "offline") byId("offline").textContent = t("setup.offline", { since });
  byId("who").hidden = isAllowed;
  document.body.classList.toggle("away", !isAllowed);
  if (isAllowed) session.isIn();
  else session.ask();
  if (!isAllowed) byId("who").textContent = t(`setup.who-${state}`);
}

applyLook();
speak("pages", "setup").then(start);
