// What guests see: which orders are being made and which can be taken. It asks every second, owns up
// within five when nobody answers, and says each time what it has painted.

import { ask } from "/live/asking.js";
import { watchFrames } from "/live/frames.js";
import { knock } from "/live/link.js";
import { name } from "/look/elements.js";
import { tellLook } from "/look/look.js";
import { leadOn, showCode } from "/look/pages.js";
import { makeList } from "/ready/list.js";
import { t, written } from "/words/words.js";

const READY = "/api/v1/kds/ready";
const AGAIN_MS = 1000;
const ANSWER_MS = 2500;
const SILENCE_MS = 4000; // The page owns up within 5 s.
const TURN_MS = 8000; // As long as it takes to find one's own number on a page.

/** Once there are words for it. */
export function openReady() {
  const byId = (id) => document.getElementById(id);
  const ready = makeList(byId("ready"));
  const preparing = makeList(byId("preparing"));
  let painted = 0;
  const frames = watchFrames((seq) => { painted = seq; });
  let renewed = false; // the cookie of this screen
  let heard = { at: performance.now(), wall: Date.now() };
  let trueAt = new Date();

  async function look() {
    const told = await ask(`${READY}?painted=${painted}`, ANSWER_MS);
    if (told === null) showDoor();
    else if (told) show(told);
    setTimeout(look, AGAIN_MS);
  }

  function show(told) {
    if (leadOn(told.screen)) return;
    if (told.screen && tellLook(told.screen.look)) return location.reload(); // In other words.
    if (told.screen && !renewed) knock({ screen_id: told.screen.id });
    renewed ||= Boolean(told.screen);
    heard = { at: performance.now(), wall: Date.now() };
    trueAt = new Date(told.at);
    showState("live");
    byId("offline").hidden = true;
    byId("door").hidden = true;
    byId("lists").hidden = false;
    byId("kitchen").replaceChildren(name(told.name));
    byId("clock").textContent = hour(trueAt);
    ready.tell(told.ready, trueAt);
    preparing.tell(told.preparing, trueAt);
    frames(told.seq);
  }

  function showDoor() {
    if (showCode()) return;
    heard = { at: performance.now(), wall: Date.now() };
    showState("door");
    byId("offline").hidden = true;
    byId("lists").hidden = true;
    byId("door").hidden = false;
    byId("kitchen").textContent = byId("clock").textContent = "";
  }

  /** A browser's steady clock may have stood still with the computer; its wall clock did not. */
  function ownUp() {
    const silence = Math.max(performance.now() - heard.at, Date.now() - heard.wall);
    if (silence <= SILENCE_MS || document.body.classList.contains("stale")) return;
    showState("stale");
    byId("offline").textContent = t("ready.offline", { hour: hour(trueAt) });
    byId("offline").hidden = false;
    byId("clock").textContent = "";
    ready.fit();
    preparing.fit();
  }

  function showState(state) {
    document.body.className = state;
  }

  function hour(at) {
    return written(at, { hour: "2-digit", minute: "2-digit" });
  }

  setInterval(ownUp, 250);
  document.addEventListener("visibilitychange", ownUp);
  setInterval(() => {
    ready.turn();
    preparing.turn();
  }, TURN_MS);
  look();
}
