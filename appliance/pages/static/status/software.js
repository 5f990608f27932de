// Updates of the card that the appliance runs from: for everybody what became of the last one, and
// for managers a file to hand in.

import { ask, within } from "/live/asking.js";
import { name } from "/look/elements.js";
import { whenNew, write } from "/status/drawing.js";
import { post } from "/status/pressing.js";
import { t, told } from "/words/words.js";

const CARD = "/api/v1/kds/card";
const PIECE = 1048576;
const ANSWER_MS = 10000;
const ASK_AGAIN_MS = 5000;
const CONCERNS = /^(failed|came)/;

const section = document.getElementById("software");
const form = section.querySelector("form");
const file = form.querySelector("input");
const said = section.querySelector(".said");
const restart = section.querySelector(".restart");

/** What `GET /health` says of the card; null where the appliance runs from none. */
export function showSoftware(card, version) {
  section.hidden = !card;
  if (!card) return;
  const { update } = card;
  const state = section.querySelector(".state");
  state.className = `state ${CONCERNS.test(update?.state) ? "warning" : "none"}`;
  write(state, t("status.software.runs", { version }));
  const became = section.querySelector(".became");
  whenNew(became, update, () => became.replaceChildren(...(update ? sentence(update) : [])));
}

function sentence({ state, version, before, why }) {
  const words = t(`status.software.${state.replace(" ", "-")}`, { version, before });
  return why ? told("status.software.because", { words, why: name(why) }) : [words];
}

/** Ask again and again whether somebody may hand one in. */
export async function watchSoftware() {
  const seen = section.hidden ? null : await ask(CARD, ANSWER_MS);
  if (seen !== undefined) form.hidden = restart.hidden = !seen;
  setTimeout(watchSoftware, ASK_AGAIN_MS);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [bundle] = file.files;
  if (!bundle) return;
  for (const each of form.elements) each.disabled = true;
  try {
    if (await handIn(bundle)) {
      const what = t("status.software.hand-in");
      await post(said, what, `${CARD}/update`, { size: bundle.size }, ANSWER_MS, () => t("status.software.handed-in"));
      form.reset();
    }
  } finally {
    for (const each of form.elements) each.disabled = false;
  }
});

/** All of its pieces; where one was lost on the way, from there on. */
async function handIn(bundle) {
  let offset = 0;
  let tries = 0;
  while (offset < bundle.size) {
    write(said, t("status.software.sending", { percent: Math.floor((100 * offset) / bundle.size) }));
    try {
      const options = { method: "PUT", body: bundle.slice(offset, offset + PIECE), signal: within(ANSWER_MS) };
      const answer = await fetch(`${CARD}/bundle?offset=${offset}`, options);
      const body = await answer.json();
      const there = answer.ok ? body.size : body.details?.size;
      if (there === undefined) return refused(body.message);
      offset = there;
      tries = answer.ok ? 0 : tries + 1;
    } catch {
      tries += 1;
    }
    if (tries > 5) return refused(t("status.nobody-answers"));
  }
  return true;
}

function refused(why) {
  write(said, t("status.came", { what: t("status.software.hand-in"), came: why }));
  return false;
}

restart.addEventListener("click", () => {
  if (!window.confirm(t("status.software.sure"))) return;
  post(said, t("status.software.restart"), `${CARD}/restart`, null, ANSWER_MS, () => t("status.software.restarting"));
});
