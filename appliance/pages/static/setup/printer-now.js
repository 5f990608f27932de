// How a printer in force is, in words, and its test page.

import { ask } from "/live/asking.js";
import { element } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { button } from "/setup/fields.js";
import { t } from "/words/words.js";

const ANSWER_MS = 2500;
const ASK_AGAIN_MS = 700;
const PATIENCE_MS = 30000; // A printer that is away may have its chits wait for hours.
const OVER = ["sent", "confirmed", "dropped", "asks"];

/** How it is, and what to do. */
export function nowWords({ state, why, waiting, asking, covered_by: other }) {
  const kind = state.replaceAll(" ", "-");
  const facts = [
    t(`devices.is-${kind}`),
    ["offline", "failed"].includes(state) && why && `${why}.`,
    t(`devices.do-${kind}`),
    other && t("devices.covered", { other }),
    waiting > 0 && t("devices.waiting", { count: waiting }),
    asking > 0 && t("devices.asking", { count: asking }),
  ];
  return facts.filter(Boolean).join(" ");
}

/** Whether somebody has to look after it: `none`, `warning`, `alarm`. */
export function concernOf({ state, asking, covered_by: other }) {
  if (["ready", "silent"].includes(state)) return asking ? "warning" : "none";
  return state === "paper low" || other ? "warning" : "alarm";
}

/** A button that has it print its test page, and what became of that. */
export function testPage(draft, entry) {
  const said = element("span", "said");
  said.setAttribute("role", "status");
  const press = button(t("devices.test"), async () => {
    press.disabled = true;
    said.textContent = "…";
    const path = `/api/v1/kds/printers/${encodeURIComponent(entry.id)}`;
    const { status, body } = await request("POST", `${path}/test`, undefined, ANSWER_MS);
    if (status === 200) await follow(path, body.id, said);
    else said.textContent = status ? t("devices.test-refused", { why: body?.message ?? status }) : t("devices.no-answer");
    press.disabled = false;
  });
  const known = draft.inForce.document.printer ?? [];
  const old = known.find(({ id }) => id === entry.id);
  if (!old) return element("p", "hint", t("devices.test-later"));
  const made = element("div", "keys", press, said);
  if (JSON.stringify(old) !== JSON.stringify(entry)) made.append(element("small", "hint", t("devices.test-old")));
  return made;
}

/** Say what became of a chit until that is known, or it waits. */
async function follow(path, id, said) {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const jobs = await ask(`${path}/jobs`, ANSWER_MS);
    const job = (jobs ?? []).find((each) => each.id === id);
    said.textContent = job ? t(`devices.job-${job.state}`) : t("devices.no-answer");
    if (job && OVER.includes(job.state)) return;
    await new Promise((next) => { setTimeout(next, ASK_AGAIN_MS); });
  }
}
