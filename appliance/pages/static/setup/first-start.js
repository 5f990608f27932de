// The first start: a walk through the set-up in a few minutes. It can be left at any step, and gone on with.
// What is in the configuration is applied once, in the middle: screens and PINs need it in force.

import { element } from "/look/elements.js";
import { devicesStep, kindStep, kitchenStep, rulesStep, stationsStep, summaryStep } from "/setup/first-steps.js";
import { button, showErrors } from "/setup/fields.js";
import { pinsStep, readyStep, screensStep, testStep } from "/setup/last-steps.js";
import { t } from "/words/words.js";

const KEPT = "setup-walk";
const BEFORE = { kitchen: kitchenStep, kind: kindStep, stations: stationsStep, rules: rulesStep, devices: devicesStep, summary: summaryStep };
const AFTER = { test: testStep, screens: screensStep, pins: pinsStep, ready: readyStep };

/** Whether somebody is to be walked, or was left in the middle of it. */
export function isToWalk({ inForce, isChangeable }) {
  const { step } = kept();
  if (!isChangeable || step === "left") return false;
  return inForce.first_start || step in AFTER;
}

/** Walk on from where it was left; `leave()` is called at its end, or when somebody wants no more of it. */
export function walk(place, draft, leave) {
  const steps = { ...BEFORE, ...AFTER };
  const names = Object.keys(steps);
  let at = names.indexOf(kept().step ?? "kitchen");
  if (at < 0 || (names[at] in AFTER) === draft.inForce.first_start) {
    at = draft.inForce.first_start ? 0 : Object.keys(BEFORE).length;
  }
  const heading = element("h2", "");
  heading.tabIndex = -1;
  const progress = element("p", "progress quiet");
  const shown = element("div", "step");
  const wrong = element("p", "wrong");
  wrong.setAttribute("role", "alert");
  const back = button(t("setup.walk-back"), () => go(at - 1));
  const next = button("", onward, "main");
  const out = button(t("setup.walk-leave"), () => finish("left"), "quiet-button");
  place.replaceChildren(progress, heading, shown, wrong, element("p", "keys walk-keys", back, next, out));
  draft.listen((what) => {
    if (what === "replaced") show();
    showErrors(shown, draft);
  });
  show();

  function show() {
    const name = names[at];
    keep({ step: name });
    progress.textContent = t("setup.walk-step", { step: at + 1, of: names.length });
    heading.textContent = t(`setup.walk-${name}`);
    wrong.textContent = "";
    back.hidden = at === 0 || at === Object.keys(BEFORE).length;
    out.hidden = name === "ready";
    next.hidden = name === "ready";
    next.textContent = t(name === "summary" ? "setup.walk-apply" : "setup.walk-next");
    shown.replaceChildren(...steps[name](draft, show, () => finish("done")));
    showErrors(shown, draft);
  }

  function go(to) {
    at = to;
    show();
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }

  async function onward() {
    const field = [...shown.querySelectorAll("input:invalid")].find((each) => !each.form);
    if (field) field.reportValidity();
    else if (names[at] !== "summary") go(at + 1);
    else await apply();
  }

  /** All of it together; where something is wrong it is said here, and beside its field. */
  async function apply() {
    next.disabled = back.disabled = true;
    wrong.textContent = "";
    next.textContent = t("setup.applying");
    keep({ step: "test" }); // The appliance may be back before this page is told.
    const { done, errors, failed } = await draft.apply();
    next.disabled = back.disabled = false;
    if (done) {
      go(at + 1);
      return;
    }
    keep({ step: "summary" });
    next.textContent = t("setup.walk-apply");
    if (errors) wrong.textContent = errors.map(({ key, message }) => `${key}: ${message}`).join("; ");
    else wrong.textContent = failed ? t("setup.failed", { why: failed }) : t("setup.no-answer");
  }

  function finish(step) {
    keep({ step });
    leave(step);
  }
}

/** Have it begin again where it was left. */
export function walkAgain() {
  keep({ step: "kitchen" });
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep(where) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(where));
  } catch {
    // A browser that keeps nothing begins again.
  }
}
