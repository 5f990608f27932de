// The configuration while it is being changed: what is in force, what would be, and what is wrong with
// that. Nothing of it is in force before `apply`. It is kept in this browser, so that a manager who is
// called away, or whose tablet goes dark, goes on where they were.

import { within } from "/live/asking.js";
import { changesBetween, copy, tidy, without } from "/setup/difference.js";

const SETUP = "/api/v1/kds/setup";
const HEALTH = "/api/v1/kds/health";
const KEPT = "setup-draft";
const ASK_AGAIN_MS = 2000;
const ANSWER_MS = 2500; // With the above, it owns up within 5 s.
const DONE_MS = 15000; // What is written durably may have to wait for the card.
const AT_REST_MS = 300; // Nothing is typed any more: it can be checked.
const CLOCK_MS = 250; // By so much it may tell the same moment otherwise.
const SAME_MS = 10000; // It begins anew long before that.
const BEGUN_MS = 60000; // An appliance that is not back by then may not come by itself.

/**
 * The draft, as soon as the appliance has told what is in force; before that and afterwards `onLink` is
 * told how it stands: `live`, `offline`, `signed-out` or `not-allowed`.
 *
 * - `document`: the configuration, in the very shape of the TOML file; change it, then call `changed()`.
 * - `written()`: the same without what is empty only because a page looked for it.
 * - `errorsAt("printer[0]")`, `doubtsAt(...)`: what is wrong there and in what it holds, as messages.
 * - `listen(fn)`: `fn(what)` is called when it was `changed`, `checked`, `replaced` (by another document),
 *   when `choices` are others, and when its section is `shown` again.
 * - `decide(isMine)`: whose changes count, after somebody else was faster; before that nothing is applied.
 * - `apply()`, and `bring(everything)`, what an export has, in its place: resolve to `{done}`, `{errors}`,
 *   `{conflict}`, or `{failed: message}`.
 */
export async function openDraft(onLink = () => {}) {
  const listeners = [];
  let now; // What the appliance says.
  let newer = null; // What it says since: somebody else was faster, and nobody has decided yet.
  let draft; // What `now.document` is to become.
  let errors = [];
  let doubts = [];
  let choices = null;
  let resting = 0;
  let checks = 0;
  let isApplying = false;

  const tell = (what) => {
    listeners.forEach((listener) => listener(what));
  };

  async function look() {
    if (!isApplying) {
      const { status, body } = await request("GET", SETUP, undefined, ANSWER_MS);
      if (status === 200 && !isApplying) take(body);
      onLink(linkOf(status));
    }
    setTimeout(look, ASK_AGAIN_MS);
  }

  /** What is in force by now. A draft that was made of something else stays until somebody decides. */
  function take(told) {
    const isFirst = !now;
    const known = newer ?? now;
    if (!isFirst && told.revision === known.revision && same(told.errors, known.errors)) return;
    if (isFirst) {
      now = told;
      draft = restored(now) ?? copy(now.document);
      errors = now.errors;
      if (isDirty()) changed();
    } else if (isDirty() && told.revision !== now.revision) {
      newer = told;
      tell("overtaken");
    } else if (isDirty()) { // Only what came of it is news.
      now = told;
      tell("checked");
    } else {
      now = told;
      newer = null;
      replace(now.document);
    }
  }

  function replace(document) {
    draft = copy(document);
    [errors, doubts] = [isDirty() ? [] : now.errors, []];
    keep();
    tell("replaced");
    if (isDirty()) changed();
  }

  function isDirty() {
    return changesBetween(now.document, draft) > 0;
  }

  function keep() {
    try {
      if (isDirty()) {
        localStorage.setItem(KEPT, JSON.stringify({ of: now.revision, document: draft }));
      } else {
        localStorage.removeItem(KEPT);
      }
    } catch {
      // A browser that keeps nothing: the draft lasts as long as the page.
    }
  }

  /** The draft, as the file is to have it. */
  function written() {
    return tidy(draft, now.document);
  }

  function changed() {
    keep();
    tell("changed");
    clearTimeout(resting);
    resting = setTimeout(check, AT_REST_MS);
  }

  async function check() {
    const mine = ++checks;
    const { status, body } = await request("POST", `${SETUP}/check`, { document: written() }, DONE_MS);
    if (status !== 200 || mine !== checks) return;
    [errors, doubts] = [body.errors, body.doubts];
    tell("checked");
  }

  /** Have the appliance begin anew with what is sent. */
  async function apply(method, path, sent) {
    isApplying = true;
    try {
      const before = await runningSince();
      const { status, body } = await request(method, path, sent, DONE_MS);
      if (status === 409) {
        const told = await request("GET", SETUP, undefined, ANSWER_MS);
        if (told.status === 200) take(told.body);
        return { conflict: true };
      }
      if (status === 400 && body.details?.errors) {
        errors = body.details.errors;
        tell("checked");
        return { errors };
      }
      if (status < 200 || status > 299) return { failed: body?.message ?? "" };
      return await begun(body?.revision, before);
    } finally {
      isApplying = false;
    }
  }

  /** What came of beginning anew; an appliance that cannot goes on with what it had, and says why. */
  async function begun(revision, before) {
    for (const start = Date.now(); Date.now() < start + BEGUN_MS;) {
      await new Promise((next) => { setTimeout(next, AT_REST_MS); });
      const since = await runningSince();
      const isAnew = Math.abs(since - before) > CLOCK_MS;
      // Somebody else had the very same applied: then it does not begin once more.
      if (!isAnew && Date.now() < start + SAME_MS) continue;
      const { status, body } = await request("GET", SETUP, undefined, ANSWER_MS);
      if (status !== 200 || (revision && body.revision !== revision)) continue;
      now = body;
      newer = null;
      replace(body.document);
      return body.errors.length ? { errors: body.errors } : { done: true };
    }
    return { failed: "" };
  }

  async function runningSince() {
    const { body } = await request("GET", HEALTH, undefined, ANSWER_MS);
    return Date.parse(body?.running_since ?? body?.details?.running_since);
  }

  /** Of two configurations somebody has chosen: the newer one, or that of the draft in its place. */
  function decide(isMine) {
    now = newer ?? now;
    newer = null;
    if (isMine) changed();
    else replace(now.document);
  }

  async function askChoices() {
    const { status, body } = await request("GET", `${SETUP}/choices`, undefined, DONE_MS);
    if (status === 200 && !same(body, choices)) {
      choices = body;
      tell("choices");
    }
  }

  while (!now) {
    const { status, body } = await request("GET", SETUP, undefined, ANSWER_MS);
    if (status === 200) take(body);
    onLink(linkOf(status));
    if (!now) await new Promise((next) => { setTimeout(next, ASK_AGAIN_MS); });
  }
  while (!choices) await askChoices();
  setTimeout(look, ASK_AGAIN_MS);

  return {
    get document() { return draft; },
    written,
    get inForce() { return now; },
    get choices() { return choices; },
    get isChangeable() { return now.changeable; },
    get isDirty() { return isDirty(); },
    get changes() { return changesBetween(now.document, draft); },
    get errors() { return errors; },
    changed,
    errorsAt: (key) => at(errors, key),
    doubtsAt: (key) => at(doubts, key),
    listen: (listener) => { listeners.push(listener); },
    tell,
    apply: () => apply("PUT", SETUP, { document: written(), revision: now.revision }),
    bring: (everything) => apply("POST", `${SETUP}/import?check=false`, everything),
    askChoices,
    replace,
    decide,
    discard: () => decide(false),
  };
}

/** How an appliance answers: status (0: not at all) and what it says. */
export async function request(method, path, body, milliseconds = DONE_MS) {
  const options = { method, cache: "no-store", signal: within(milliseconds) };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  try {
    const answer = await fetch(path, options);
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  } catch {
    return { status: 0, body: null };
  }
}

function linkOf(status) {
  return { 200: "live", 401: "signed-out", 403: "not-allowed" }[status] ?? "offline";
}

function at(all, key) {
  const isThere = (each) => each.key === key || [".", "["].includes(without(each.key, key)[0]);
  return all.filter(isThere).map(({ message }) => message);
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The draft that this browser has of the very configuration that is in force. */
function restored({ revision }) {
  try {
    const { of, document } = JSON.parse(localStorage.getItem(KEPT));
    return of === revision ? document : null;
  } catch {
    return null;
  }
}
