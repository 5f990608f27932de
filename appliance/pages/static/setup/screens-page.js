// The page of screens alone, which is for everybody who is signed in.

import { applyLook } from "/look/look.js";
import { linkPages } from "/look/pages.js";
import { watchSession } from "/look/sign-in.js";
import { showScreens } from "/setup/screens.js";
import { speak, t, written } from "/words/words.js";

const byId = (id) => document.getElementById(id);
let trueAt = new Date();

function start() {
  linkPages("screens");
  document.title = t("screens.page-title");
  byId("link").textContent = t("screens.link-connecting");
  const session = watchSession(() => location.reload());
  showScreens(byId("facts"), null, (state) => {
    if (state === "live") session.isIn();
    if (state === "signed-out") session.ask();
    showLink(state);
  });
}

function showLink(state) {
  if (state === "live") trueAt = new Date();
  document.body.classList.toggle("stale", state === "offline");
  byId("link").className = { live: "live", offline: "offline" }[state] ?? "connecting";
  byId("link").textContent = t(`screens.link-${state}`);
  const since = written(trueAt, { timeStyle: "medium" });
  byId("offline").hidden = state !== "offline";
  byId("offline").textContent = t("screens.offline", { since });
  if (state !== "offline") byId("facts").hidden = state !== "live";
}

applyLook();
speak("pages", "screens").then(start);
