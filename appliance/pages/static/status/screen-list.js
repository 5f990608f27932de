// Kitchen screens on the status page, in brief, for everybody; and for whoever is signed in, how many
// are new.

import { ask } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { whenNew, write } from "/status/drawing.js";
import { concern, sentence } from "/status/screen-words.js";
import { t, told } from "/words/words.js";

const SCREENS = "/api/v1/kds/screens";
const ASK_AGAIN_MS = 2000;
const SIGNED_OUT_MS = 5000; // Somebody may sign in on another page.
const ANSWER_MS = 5000;

const section = document.getElementById("screens");

/** These are all, as `GET /health` has them. */
export function showScreens(all) {
  const list = section.querySelector(".list");
  section.querySelector(".empty").hidden = all.length > 0;
  whenNew(list, all, () => list.replaceChildren(...all.map((screen) => row(screen, all))));
}

/** Ask again and again who is new, as long as somebody may know it. */
export async function watchScreens() {
  const seen = await ask(SCREENS, ANSWER_MS);
  if (seen !== undefined) {
    const count = seen?.found.length ?? 0;
    write(section.querySelector(".found"), count ? t("status.screens.new", { count }) : "");
  }
  setTimeout(watchScreens, seen === null ? SIGNED_OUT_MS : ASK_AGAIN_MS);
}

function row(screen, all) {
  const { name: text, station_id: station } = screen;
  const at = station === null ? [t("status.all-stations")] : told("status.at-station", { station: name(station) });
  const head = element("div", "", element("b", "", name(text)), " ", element("span", "quiet", ...at));
  const lines = [element("p", `state ${concern(screen)}`, sentence(screen, all, (id) => id))];
  if (screen.conflict) lines.push(element("p", "state warning", screen.conflict));
  return element("li", "", head, ...lines);
}
