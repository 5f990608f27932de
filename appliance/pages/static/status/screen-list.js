// Kitchen screens on the status page, in brief, for everybody; and for whoever is signed in, how many
// are new.

import { ask } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { concern, sentence } from "/status/screen-words.js";

const SCREENS = "/api/v1/kds/screens";
const ASK_AGAIN_MS = 2000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;

const section = document.getElementById("screens");
let told = []; // How they are, as everybody may know.
let found = 0;
let drawn = "";

/** These are all, as `GET /health` has them. */
export function showScreens(all) {
  told = all;
  show();
}

async function look() {
  const seen = await ask(SCREENS, ANSWER_MS);
  if (seen !== undefined) found = seen?.found.length ?? 0;
  show();
  setTimeout(look, seen === null ? SIGNED_OUT_MS : ASK_AGAIN_MS);
}

/** What has not changed is left alone: it may be being read out. */
function show() {
  section.hidden = !told.length && !found;
  const now = JSON.stringify([told, found]);
  if (now === drawn) return;
  drawn = now;
  section.querySelector("ul").replaceChildren(...told.map((screen) => {
    const { name: text, station_id: station } = screen;
    const head = element("div", "", element("b", "", name(text)));
    if (station !== null) head.append(element("span", "quiet", " at ", name(station)));
    const words = sentence(screen, told, (id) => id);
    const lines = [element("p", `state ${concern(screen)}`, words)];
    if (screen.conflict) lines.push(element("p", "state warning", screen.conflict));
    return element("li", "", head, ...lines);
  }));
  section.querySelector(".found").textContent = found ? `${found} new` : "";
}

look();
