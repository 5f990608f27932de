// What a ticket looks like by the draft: drawn by the appliance from the bytes that the printer would get.

import { element } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { t } from "/words/words.js";

const LOOK = "/api/v1/kds/printers/look";
const AT_REST_MS = 250; // Nothing is typed any more.
const ANSWER_MS = 5000;

/**
 * A picture that is drawn while it is open, anew after each change. `of()` tells model and station;
 * `told(answer)` hears what the appliance says besides the picture, or null where it can draw none.
 */
export function picture(draft, of, { isOpen = false, told = () => {} } = {}) {
  const paper = element("div", "chit");
  const wrong = element("p", "wrong");
  wrong.setAttribute("role", "status");
  const details = element("details", "more", element("summary", "", t("devices.picture")), wrong, paper);
  let drawn = "";
  let asked = 0;
  let resting = 0;

  async function draw() {
    if (!details.open || !details.isConnected) return;
    const body = { printing: draft.document.printing ?? {}, ...of() };
    const wanted = JSON.stringify(body);
    if (wanted === drawn) return;
    const mine = ++asked;
    const { status, body: answer } = await request("POST", LOOK, body, ANSWER_MS);
    if (mine !== asked) return;
    paper.classList.toggle("old", status !== 200);
    wrong.textContent = status === 200 ? "" : answer?.message ?? t("devices.picture-unknown");
    if (status === 200) {
      drawn = wanted;
      paper.replaceChildren(svgOf(answer.picture));
    }
    told(status === 200 ? answer : null);
  }

  details.open = isOpen;
  details.ontoggle = draw;
  draft.listen((what) => {
    clearTimeout(resting);
    if (what !== "checked") resting = setTimeout(draw, AT_REST_MS);
  });
  return { details, draw };
}

/** Shapes and letters alone: there is nothing in it that could run, or be fetched. */
function svgOf(text) {
  const { documentElement } = new DOMParser().parseFromString(text, "image/svg+xml");
  const made = document.importNode(documentElement, true);
  made.querySelector("title")?.replaceChildren(t("devices.picture"));
  return made;
}
