// Who is signed in, said at the top of a page, and the form for who is not, in place of the page.

import { within } from "/live/asking.js";
import { element, name } from "/look/elements.js";
import { learnWords, t, told } from "/words/words.js";

const SESSION = "/api/v1/kds/session";
const ANSWER_MS = 5000;
const PAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0", "OK"];
const MAX_DIGITS = 8;

/**
 * Say in `#session`, where a page has it, who is signed in. `changed()` is called when somebody has
 * signed in or out: what the page shows may be another's then. What is returned has `ask()`, which
 * shows the form in place of the page until somebody is in, and `isIn()`, which a page calls when
 * the appliance answers it: the form goes, for it may have been another tab where they signed in.
 */
export function watchSession(changed) {
  const words = learnWords("sign-in");
  const place = document.getElementById("session");
  let form = null;
  let session = null; // What the appliance says of it; null for nobody.
  let isOpen = false; // the form
  let isNeeded = false; // There is nothing to be seen without it.

  async function look() {
    const [now] = await Promise.all([sessionNow(), words]);
    if (now === undefined) return;
    session = now;
    if (form) form.tell(session, isNeeded);
    place?.replaceChildren(...(session ? who(session, leave) : [button("sign-in", open)]));
  }

  async function open() {
    isOpen = true;
    await words;
    if (!isOpen) return;
    if (!form) form = makeForm(enter, close);
    form.tell(session, isNeeded);
    form.show();
  }

  function close() {
    isOpen = isNeeded = false;
    form?.hide();
  }

  async function enter(fields) {
    const wrong = await signIn(fields);
    if (wrong) return wrong;
    close();
    await look();
    changed();
    return null;
  }

  async function leave() {
    const answer = await post("/sign-out", "");
    if (!answer?.ok) return;
    await look();
    changed();
  }

  look();
  return {
    ask() {
      if (isNeeded) return;
      isNeeded = true;
      open();
      look();
    },
    isIn() {
      if (!isNeeded) return;
      close();
      look();
    },
  };
}

/** Null for nobody; undefined where that is not known. */
async function sessionNow() {
  try {
    const answer = await fetch(SESSION, { cache: "no-store", signal: within(ANSWER_MS) });
    if (answer.ok) return await answer.json();
    return answer.status === 401 ? null : undefined;
  } catch {
    return undefined;
  }
}

/** Make a PIN or a token this browser's session: what is wrong with it, in words, or null. */
async function signIn(fields) {
  const answer = await post("/sign-in", String(new URLSearchParams(fields)));
  if (!answer) return t("sign-in.no-answer");
  if (answer.ok) return null;
  const { message, details } = await answer.json().catch(() => ({}));
  if (answer.status === 429) return t("sign-in.too-many", { seconds: details?.retry_after ?? 60 });
  if (answer.status !== 401) return message ?? String(answer.status);
  return t(fields.has("pin") && fields.get("pin") ? "sign-in.nobodys" : "sign-in.no-token");
}

async function post(path, body) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  try {
    return await fetch(path, { method: "POST", headers, body, signal: within(ANSWER_MS) });
  } catch {
    return null;
  }
}

/** To sign out takes two presses: the first may be a mistake. A screen is forgotten, not signed out. */
function who(session, leave) {
  if (session.by === "screen") return [name(session.name)];
  const more = element("details", "");
  const roles = session.roles.map(called).join(", ");
  more.append(element("summary", "", whose(session)), `${roles} `, button("sign-out", leave));
  return [more];
}

function whose({ by, name: known }) {
  return known ? name(known) : t(`sign-in.by-${by}`);
}

function called(role) {
  return t(`sign-in.role-${role}`);
}

function button(action, press) {
  const made = element("button", "", t(`sign-in.${action}`));
  made.type = "button";
  made.onclick = press;
  return made;
}

/** The form, below what stands at the top of the page. */
function makeForm(enter, close) {
  addStyle();
  const section = element("section", "");
  section.id = "sign-in";
  section.hidden = true;
  const form = document.createElement("form");
  const why = element("p", "why");
  const refused = element("p", "");
  refused.id = "refused";
  refused.setAttribute("role", "alert");
  refused.hidden = true;
  const pin = input("pin", { type: "password", pattern: "[0-9]{4,8}", maxLength: MAX_DIGITS });
  pin.title = t("sign-in.digits");
  // A finger has the keys below: a keyboard of the browser's would cover them.
  pin.inputMode = matchMedia("(pointer: coarse)").matches ? "none" : "numeric";
  const token = input("token", {});
  const main = element("button", "main", t("sign-in.sign-in"));
  const later = button("not-now", close);
  const link = Object.assign(document.createElement("a"), { href: "/?screen" });
  link.textContent = t("sign-in.as-screen");
  const api = Object.assign(document.createElement("a"), { href: "/api/v1/kds/docs" });
  api.textContent = t("sign-in.api");
  const code = (words) => element("code", "", words);
  form.append(
    element("h2", "", t("sign-in.title")), why, refused,
    element("div", "by-pin", label("pin", pin), pad(pin)),
    element(
      "div", "by-token",
      element("p", "", ...told("sign-in.without", { command: code("expeditor run") })), label("token", token),
      element("p", "keys", main, later),
      element("p", "", ...told("sign-in.screen", { link })),
      element("p", "hint", ...told("sign-in.hint", {
        token: code("expeditor token --role manager"), pin: code("expeditor pin set NAME --role chef"), api,
      })),
    ),
  );
  form.onsubmit = async (event) => {
    event.preventDefault();
    const wrong = await enter(new FormData(form));
    refused.hidden = !wrong;
    refused.textContent = wrong ? t("sign-in.refused", { why: wrong }) : "";
    pin.value = ""; // Neither stays for whoever stands here next.
    if (!wrong) token.value = "";
  };
  section.append(form);
  document.getElementById("top").after(section);
  return {
    /** Whoever is in already may not see this; who need not sign in can go back. */
    tell(session, isNeeded) {
      why.hidden = !session || !isNeeded;
      if (session) why.replaceChildren(...told("sign-in.not-for", { who: whose(session) }));
      later.hidden = isNeeded;
    },
    show() {
      document.body.classList.add("signing-in");
      section.hidden = false;
      if (pin.inputMode !== "none") pin.focus();
    },
    hide() {
      document.body.classList.remove("signing-in");
      section.hidden = true;
    },
  };
}

function input(field, more) {
  return Object.assign(document.createElement("input"), { name: field, autocomplete: "off", ...more });
}

function label(field, what) {
  const made = document.createElement("label");
  made.append(`${t(`sign-in.${field}`)} `, what);
  return made;
}

/** Digits that a greasy finger hits. */
function pad(pin) {
  const keys = PAD.map((key) => {
    const made = element("button", "", key);
    if (key === "OK") {
      made.className = "main";
      return made;
    }
    made.type = "button";
    if (key === "⌫") made.setAttribute("aria-label", t("sign-in.delete"));
    made.onclick = () => {
      pin.value = key === "⌫" ? pin.value.slice(0, -1) : (pin.value + key).slice(0, MAX_DIGITS);
    };
    return made;
  });
  return element("div", "pad", ...keys);
}

/** Most who look at a page are signed in, and need none of it. */
function addStyle() {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: "/look/sign-in.css" });
  document.head.append(link);
}
