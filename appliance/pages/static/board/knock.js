// A browser that is to be a kitchen screen, `/?screen` or `/?screen=NAME`: it shows a code until a
// manager has let it in.

import { knock } from "/live/link.js";
import { element, name } from "/look/elements.js";
import { leadOn } from "/look/pages.js";
import { t, told } from "/words/words.js";

const AGAIN_MS = 2000;
const KEPT_AS = "expeditor-screen";
const HEALTH = "/api/v1/kds/health";

/** Who this browser is, for life; where it keeps nothing, until the page is closed. */
function identity() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const made = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const kept = localStorage.getItem(KEPT_AS);
    if (/^[0-9a-f]{32}$/.test(kept)) return kept;
    localStorage.setItem(KEPT_AS, made);
  } catch {
    // Some browsers are told to keep nothing.
  }
  return made;
}

/**
 * Ask until this screen is let in, showing in `place` what to do; then `letIn()`. `wish`: what it
 * wants to be called, may be empty. Call `show` when it is not let in, and `hide` when it is.
 */
export function watchDoor(place, wish, letIn) {
  const me = { screen_id: identity(), ...(wish && { name: wish }) };
  const part = (kind) => place.querySelector(kind);
  let asking = false;
  let next = 0; // When it may ask again, on the browser's steady clock.

  async function show() {
    place.hidden = false;
    if (asking) return;
    asking = true;
    tellWhere();
    while (asking) {
      await new Promise((done) => { setTimeout(done, next - performance.now()); });
      next = performance.now() + AGAIN_MS;
      const answer = await knock(me);
      asking = answer.state !== "adopted";
      if (asking) tell(answer);
      else if (leadOn(answer.screen)) return;
    }
    letIn();
  }

  function tell({ code, wrong, unanswered }) {
    part(".unanswered").textContent = unanswered ? t("board.no-answer") : wrong ?? "";
    if (code) part(".code").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  }

  /** Which kitchen this is, and where a manager finds its page. */
  async function tellWhere() {
    part(".own").textContent = wish && t("board.this-screen", { name: wish });
    const address = element("b", "", `${location.host}/screens`);
    part(".address").replaceChildren(...told("board.type-code", { address }));
    const health = await fetch(HEALTH).then((answer) => answer.json()).catch(() => null);
    if (!health?.name) return;
    const kitchen = name(health.name);
    part(".kitchen").replaceChildren(...told("board.new-screen-of", { kitchen }));
  }

  return { show, hide() { place.hidden = true; } };
}
