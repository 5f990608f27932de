// Kitchen screens on the status page, in brief, for whoever is signed in.

import { ask } from "/asking.js";
import { element, name } from "/card.js";
import { concern, sentence } from "/screen-words.js";

const SCREENS = "/api/v1/kds/screens";
const ASK_AGAIN_MS = 2000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;

const section = document.getElementById("screens");
let drawn = "";

async function look() {
  const told = await ask(SCREENS, ANSWER_MS);
  if (told !== undefined) show(told?.screens ?? [], told?.found.length ?? 0);
  setTimeout(look, told === null ? SIGNED_OUT_MS : ASK_AGAIN_MS);
}

/** What has not changed is left alone: it may be being read out. */
function show(screens, found) {
  section.hidden = !screens.length && !found;
  const now = JSON.stringify([screens, found]);
  if (now === drawn) return;
  drawn = now;
  section.querySelector("ul").replaceChildren(...screens.map((screen) => {
    const { name: text, station_id: station } = screen;
    const head = element("div", "", element("b", "", name(text)));
    if (station !== null) head.append(element("span", "quiet", " at ", name(station)));
    const words = sentence(screen, screens, (id) => id);
    const lines = [element("p", `state ${concern(screen)}`, words)];
    if (screen.conflict) lines.push(element("p", "state warning", screen.conflict));
    return element("li", "", head, ...lines);
  }));
  section.querySelector(".found").textContent = found ? `${found} new` : "";
}

look();
