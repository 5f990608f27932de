// Accounts of delivery channels on the status page: whether they are told how far orders are, what waits
// to be told, and what they refused.

import { element, name } from "/look/elements.js";
import { drawFacts, whenNew, write } from "/status/drawing.js";
import { day, moment, number } from "/status/formats.js";
import { t, told } from "/words/words.js";

const CONCERNS = { away: "warning", refused: "alarm", secret: "alarm" };

const section = document.getElementById("channels");
const list = section.querySelector(".list");

/** These are all, as `GET /health` has them; `at`: by the appliance's clock. */
export function showChannels(accounts, at) {
  section.hidden = !accounts.length;
  const fixed = accounts.map(({ id, channel, name: called, environment }) => [id, channel, called, environment]);
  whenNew(list, fixed, () => list.replaceChildren(...accounts.map((account) => row(account, accounts))));
  accounts.forEach((account, place) => tell(list.children[place], account, Date.parse(at)));
}

function row({ id, channel, name: called, environment }, all) {
  const isNamedTwice = all.filter((each) => each.name === called).length > 1;
  const more = [channel !== called && channel, isNamedTwice && id].filter(Boolean).join(" · ");
  const head = element("div", "", element("b", "", name(called)), " ", element("span", "quiet", name(more)));
  if (environment === "staging") head.append(" ", element("span", "badge staging", t("status.channel.staging")));
  return element("li", "", head, element("p", "state"), element("dl", ""));
}

function tell(item, account, now) {
  const state = item.querySelector(".state");
  state.className = `state ${CONCERNS[account.state] ?? "none"}`;
  write(state, `${sentence(account)}.`);
  const { last_order_at: order, last_status_at: status, wrong_signatures: wrong, paused_until: paused } = account;
  drawFacts(item.querySelector("dl"), [
    [t("status.channel.last-order"), order ? moment(order) : t("status.channel.none")],
    [t("status.channel.last-status"), status ? moment(status) : t("status.channel.none")],
    [t("status.channel.queue"), ...queue(account)],
    [t("status.channel.turned-away"), ...turnedAway(account)],
    [t("status.channel.refused"), ...refused(account)],
    [t("status.channel.signatures"), wrong ? number(wrong) : null, "warning"],
    [t("status.channel.token"), ...token(account, now)],
    [t("status.channel.paused"), paused && moment(paused), "warning"],
  ]);
}

function sentence({ state, why, since }) {
  const named = t(`status.channel.state.${state}`);
  if (state === "waiting") return named;
  const words = t("status.channel.state-since", { state: named, time: moment(since) });
  return why ? t("status.channel.state-why", { state: words, why }) : words;
}

/** What waits while it takes nothing, somebody should see. */
function queue({ queue: count, oldest_at: oldest, state }) {
  if (!count) return [t("status.channel.queue-none")];
  const words = t("status.channel.queue-since", { count, time: oldest ? moment(oldest) : "?" });
  return [words, state in CONCERNS ? "warning" : ""];
}

function refused({ refused: count, refused_why: why }) {
  if (!count) return [null];
  return [element("span", "", ...told("status.channel.refused-why", { count, why: name(why) })), "warning"];
}

function turnedAway({ turned_away: count, turned_away_why: why }) {
  if (!count) return [null];
  return [element("span", "", ...told("status.channel.turned-away-why", { count, why: name(why) })), "warning"];
}

function token({ token_until: until }, now) {
  if (!until) return [element("span", "quiet", t("status.channel.token-none"))];
  if (Date.parse(until) > now) return [day(until)];
  return [t("status.channel.token-ended", { time: day(until) }), "warning"];
}
