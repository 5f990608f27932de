// A browser that is to be a kitchen screen, `/?screen` or `/?screen=NAME`: it shows a code until a
// manager has let it in.

import { knock, UNANSWERED } from "/live/link.js";
import { leadOn } from "/look/pages.js";

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
 * Ask until this screen is let in, showing in `place` what to do; then `letIn()`. `name`: what it
 * wants to be called, may be empty. Call `show` when it is not let in, and `hide` when it is.
 */
export function watchDoor(place, name, letIn) {
  const me = { screen_id: identity(), ...(name && { name }) };
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
      const told = await knock(me);
      asking = told.state !== "adopted";
      if (asking) tell(told);
      else if (leadOn(told.screen)) return;
    }
    letIn();
  }

  function tell({ code, wrong }) {
    const words = wrong === UNANSWERED ? "The kitchen does not answer" : wrong;
    part(".unanswered").textContent = words ?? "";
    if (code) part(".code").textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
  }

  /** Which kitchen this is, and where a manager finds its page. */
  async function tellWhere() {
    part(".own").textContent = name && `This screen: ${name}`;
    part(".address").textContent = `${location.host}/screens`;
    const health = await fetch(HEALTH).then((answer) => answer.json()).catch(() => null);
    if (health?.name) part(".kitchen").textContent = health.name;
  }

  return { show, hide() { place.hidden = true; } };
}
