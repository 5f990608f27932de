// Delivery channels at the pass: the orders of which a channel and the kitchen do not think the same, until
// somebody has seen to each, and new orders that are paused for a while.

import { sayWrong } from "/board/deeds.js";
import { press } from "/live/link.js";
import { hour } from "/live/time.js";
import { element, name } from "/look/elements.js";
import { put } from "/pass/summary.js";
import { t, told } from "/words/words.js";

const CHANNELS = "/api/v1/kds/channels";
const MATTERS = ["failed", "cancelled late", "left", "voided", "not closed"]; // The worst first.
const LINES = 3;
const LINES_IF_SMALL = 1;
const SMALL = "(max-height: 600px), (max-width: 640px)"; // Little room is above the cards.
const MINUTES = [15, 30, 60];
const STREAM_MS = 2000; // Within which what was done comes by the stream, too.
const MANAGERS = ["manager", "owner", "tenant_admin"];
const READERS = ["server", "pos_staff"];

/**
 * Show them in `place`; `button` is pressed to pause. `page` has `isLive()`, and `changed()`, which has
 * all of it drawn.
 */
export function watchChannels(place, button, page) {
  const [pauses, troubles, more] = place.children;
  const small = matchMedia(SMALL);
  const sending = new Map(); // by key, what was asked for and is not confirmed yet
  let accounts = [];
  let all = []; // disagreements, the worst first, and of those that are as bad the newest
  let maySettle = false;
  let mayPause = false;
  let isOpen = false; // what there is to pause
  let isWhole = false; // All are in sight, not the first alone.

  button.onclick = () => {
    isOpen = !isOpen;
    page.changed();
  };
  more.onclick = () => {
    isWhole = !isWhole;
    page.changed();
  };

  /** What an account is called, so that it is told from others. */
  function called(account) {
    const found = accounts.find(({ id }) => id === account)?.name ?? account;
    const isAlone = accounts.filter((each) => each.name === found).length < 2;
    return isAlone ? found : `${found} (${account})`;
  }

  async function ask(key, what, path, json, wellToo) {
    if (!page.isLive() || sending.has(key)) return;
    const mine = {};
    sending.set(key, mine);
    page.changed();
    const { wrong, status } = await press(path, json);
    const isDone = !wrong || status === wellToo;
    if (!isDone) sayWrong(name(what), wrong);
    else if (sending.get(key) === mine) await new Promise((done) => { setTimeout(done, STREAM_MS); });
    if (sending.get(key) === mine) sending.delete(key);
    page.changed();
  }

  function settle({ account, order_id: order, called: what }) {
    const path = `${CHANNELS}/${encodeURIComponent(account)}/orders/${encodeURIComponent(order)}/settled`;
    ask(keyOf({ account, order_id: order }), what, path, undefined, 404); // Or somebody else was first.
  }

  function pause(id, minutes) {
    ask(id, called(id), `${CHANNELS}/${encodeURIComponent(id)}/pause`, { seconds: minutes * 60 });
  }

  function drawTrouble(trouble, at) {
    const { account, called: what, matter, reason } = trouble;
    const line = element("p", `trouble ${kind(matter)}`, element(
      "span", "words",
      element("b", "", name(what)), ` · ${at} · `,
      ...told(`pass.trouble-${kind(matter)}`, { account: name(called(account)) }),
      ...(reason ? [" ", element("span", "reason", ...told("pass.trouble-reason", { reason: name(reason) }))] : []),
    ));
    line.dataset.order = trouble.order_id;
    if (maySettle) line.append(buttonOf(t("pass.seen-to"), () => settle(trouble)));
    return line;
  }

  function drawPause(account, until) {
    const facts = { account: name(called(account.id)), hour: until };
    const words = element("span", "words", ...told(until ? "pass.paused" : "pass.pause-of", facts));
    const steps = until ? [[t("pass.resume"), 0]] : MINUTES.map((minutes) => [t("pass.pause-minutes", { minutes }), minutes]);
    const buttons = mayPause && account.can_pause ? steps : [];
    const made = buttons.map(([text, minutes]) => buttonOf(text, () => pause(account.id, minutes)));
    const line = element("p", until ? "pause on" : "pause", words, ...made);
    line.dataset.account = account.id;
    return line;
  }

  return {
    /** They are like this from now on. */
    tell({ accounts: known, disagreements }) {
      for (const { id, paused_until: until } of known) {
        if (accounts.find((each) => each.id === id)?.paused_until !== until) sending.delete(id);
      }
      accounts = known;
      all = [...disagreements].sort((one, other) => rank(one) - rank(other));
      page.changed();
    },
    /** Who is signed in, as the session tells of them; null for nobody. */
    isFor(who) {
      const roles = who?.roles ?? [];
      maySettle = roles.some((role) => !READERS.includes(role));
      mayPause = roles.some((role) => MANAGERS.includes(role)) && who.stations === null;
    },
    /** What a channel and the kitchen do not agree about an order in, or null. */
    matterOf({ head }) {
      const isOf = ({ account, order_id: order }) => account === head.metadata.channelAccount && order === head.order_id;
      return all.find(isOf)?.matter ?? null;
    },
    draw(now) {
      const at = (time) => hour(new Date(time), new Date(now));
      const pausable = mayPause ? accounts.filter((each) => each.can_pause) : [];
      button.hidden = !pausable.length;
      isOpen &&= pausable.length > 0;
      button.ariaExpanded = String(isOpen);
      const paused = accounts.filter(({ paused_until: until }) => Date.parse(until) > now);
      const lines = [...paused, ...pausable.filter((each) => isOpen && !paused.includes(each))];
      arrange(pauses, sending, lines.map((each) => {
        const until = paused.includes(each) ? at(each.paused_until) : "";
        return [each.id, [called(each.id), each.can_pause, until, mayPause], () => drawPause(each, until)];
      }));
      const few = small.matches ? LINES_IF_SMALL : LINES;
      const rest = all.length - few;
      arrange(troubles, sending, (isWhole ? all : all.slice(0, few)).map((each) => {
        const since = t("pass.trouble-since", { hour: at(each.since) });
        return [keyOf(each), [each, since, maySettle, called(each.account)], () => drawTrouble(each, since)];
      }));
      more.hidden = rest <= 0;
      more.ariaExpanded = String(isWhole);
      put(more, t(isWhole ? "pass.trouble-fewer" : "pass.trouble-more", { count: rest }));
      place.hidden = !lines.length && !all.length;
    },
  };
}

/** Say on the card of an order what a channel thinks of it; `matter` may be null. */
export function mark(card, matter) {
  const place = card.querySelector(".channel");
  const how = matter ? `channel ${kind(matter)}` : "channel";
  if (place.className !== how) place.className = how;
  put(place, matter ? t(`pass.card-${kind(matter)}`) : "");
}

/**
 * Have these lines in `place`: each a key, all that it says, and what draws it. One that says the same is
 * left alone: a finger or the keyboard may be on it.
 */
function arrange(place, sending, wanted) {
  const there = new Map([...place.children].map((line) => [line.dataset.key, line]));
  const lines = wanted.map(([key, says, draw]) => {
    const said = JSON.stringify(says);
    const old = there.get(key);
    const line = old?.dataset.said === said ? old : draw();
    Object.assign(line.dataset, { key, said });
    line.classList.toggle("busy", sending.has(key));
    for (const button of line.querySelectorAll("button")) button.ariaDisabled = String(sending.has(key));
    return line;
  });
  const held = [...place.children].findIndex((line) => line.contains(document.activeElement));
  for (const line of [...place.children]) if (!lines.includes(line)) line.remove();
  lines.forEach((line, at) => {
    if (place.children[at] !== line) place.insertBefore(line, place.children[at] ?? null);
  });
  if (held !== -1 && !place.contains(document.activeElement)) {
    (place.children[held] ?? place.lastElementChild)?.querySelector("button")?.focus({ preventScroll: true });
  }
}

function buttonOf(text, then) {
  const button = element("button", "", text);
  button.onclick = then;
  return button;
}

function keyOf({ account, order_id: order }) {
  return JSON.stringify([account, order]);
}

function rank({ matter }) {
  return MATTERS.indexOf(matter);
}

function kind(matter) {
  return matter.replace(/ /g, "-");
}
