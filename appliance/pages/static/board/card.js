// A ticket as a card: what cooks see of it, and at the pass what handing it over takes.

import { hour, startLater, startsByItself, waitForCourse, waits } from "/live/time.js";
import { element, name, small } from "/look/elements.js";
import { t, told } from "/words/words.js";

const FIRE = ["fire", false];
const START_NOW = ["start-now", true];
const START_REST = ["start-now", false];
const RECALL = ["recall", false];
const BUMP = ["bump", true];
const BUTTONS = { // Whether each is the main one.
  held: [["fire", true]],
  pending: [["start", false], BUMP],
  in_progress: [["ready", false], BUMP],
  ready: [RECALL, BUMP],
  recalled: [["start", false], BUMP],
  voided: [["clear", true]],
};
const DOES = { "start-now": "start", clear: "bump" }; // What else is said of an action.
const MODES = [
  "dine_in", "takeout", "delivery", "drive_thru", "curbside", "pickup", "phone", "online", "kiosk",
  "catering", "bar", "room_service",
];
const TICKED = ["pending", "in_progress", "ready", "recalled"]; // Cards whose lines can be.
const ENDLESS = 1000; // Characters: nobody reads more than that while cooking.

/**
 * The card of a ticket, without what changes with time. A press of a button is `perform(ticket,
 * action)`, and of a station where it could be made `perform(ticket, "move", id)`; of its name,
 * `open(ticket)`; of a line, `tick(ticket, item)`. `targets` are the ids of those stations where they
 * are to be shown; `called(id)` is the name of a station. `prints`: its station has a printer.
 * `sending`: what was asked for and is not confirmed yet, or null.
 */
export function draw(ticket, { atPass, targets, prints, sending, perform, open, tick, called }) {
  const card = document.getElementById("ticket").content.cloneNode(true).firstElementChild;
  const part = (kind) => card.querySelector(kind);
  const { metadata } = ticket;
  card.dataset.ticket = ticket.id;
  card.dataset.more = t("board.more-below");
  card.classList.add(ticket.status, ticket.priority);
  if (sending) markSent(card, part(".sent"), sending);
  part(".verdict").textContent = verdict(ticket);
  part(".reference").append(name(title(ticket)));
  // A card of the pass is the whole order, and stays there.
  const moves = !atPass && ticket.status !== "voided";
  if (moves || prints) {
    const what = [moves && t("board.move"), prints && t("board.print")];
    nameButton(part(".title"), targets !== null, what).onclick = () => open(ticket);
  }
  if (targets && moves) part(".move").append(...places(ticket, targets, perform, called));
  if (targets && prints) part(".move").append(printButton(ticket, perform));
  part(".facts").append(...row(
    mode(ticket), due(ticket), ticket.server_name,
    stations("board.taken-over", metadata.overflowFrom, called),
    !atPass && stations("board.also-at", metadata.alsoAt, called),
  ));
  part(".instructions").append(...row(metadata.specialInstructions));
  part(".items").append(
    ...ticket.items.map((item) => drawItem(item, metadata.items?.[item.line_id] ?? {}, ticket, tick)),
  );
  if (atPass) part(".handoff").append(...handoff(metadata));
  for (const text of card.querySelectorAll(".instructions, .items small, .handoff dd")) {
    if (text.textContent.length <= ENDLESS) continue;
    text.classList.add("endless");
    text.dataset.more = t("board.long-text");
  }
  part("footer").append(...buttonsOf(ticket).map(([words, main]) => {
    const action = DOES[words] ?? words;
    const button = actionButton(action, t(`board.${words}`));
    button.classList.toggle("main", main);
    button.onclick = () => perform(ticket, action);
    return button;
  }));
  return card;
}

/** It is not known to have happened: it looks so, and its buttons do nothing. */
function markSent(card, place, action) {
  card.classList.add("busy", `sending-${action}`);
  place.textContent = t("board.sending", { deed: t(`board.deed-${action}`) });
}

function actionButton(action, ...words) {
  const button = element("button", "", ...words);
  button.dataset.action = action;
  return button;
}

/** The name of a ticket as the button that shows what else can be done with it. */
function nameButton(title, isOpen, what) {
  const button = actionButton("move", ...title.childNodes);
  button.title = what.filter(Boolean).join(", ");
  button.ariaExpanded = String(isOpen);
  title.append(button);
  return button;
}

function printButton(ticket, perform) {
  const button = actionButton("print", t("board.print"));
  button.onclick = () => perform(ticket, "print");
  return button;
}

/** Where else a ticket could be made. */
function places(ticket, targets, perform, called) {
  const buttons = targets.map((id) => {
    const button = actionButton(`move ${id}`, stationName(id, called));
    button.onclick = () => perform(ticket, "move", id);
    return button;
  });
  return [t(buttons.length ? "board.move-to" : "board.nowhere"), ...buttons];
}

/** What a ticket is called. */
export function title(ticket) {
  return ticket.order_reference || ticket.order_id;
}

/** Texts of others side by side, without those that are missing or empty. */
export function row(...texts) {
  return texts.filter(Boolean).flatMap((text, place) => [place ? " · " : "", name(text)]);
}

export function verdict(ticket) {
  if (ticket.metadata.cancelled) return t("board.cancelled");
  return ticket.status === "voided" ? t("board.void") : "";
}

/** How it is served; what no list of ours has, as it was sent. */
export function mode({ order_channel: channel, metadata }) {
  if (channel === "delivery" && metadata.deliveryHandoff) return t("board.mode-delivery-handoff");
  if (MODES.includes(channel)) return t(`board.mode-${channel.replaceAll("_", "-")}`);
  return channel?.replaceAll("_", " ");
}

/** When the guest comes for it: the hour, and the day where it is not that of the order. */
export function due({ created_at, metadata }) {
  const { pickupAt, pickupTime } = metadata;
  const time = pickupAt ? hour(new Date(pickupAt), new Date(created_at)) : pickupTime;
  return time && t("board.due", { time });
}

/** A message about some stations. */
function stations(message, ids, called) {
  if (!ids) return null;
  const names = ids.flatMap((id, place) => [place ? ", " : "", stationName(id, called)]);
  return element("span", "", ...told(message, { stations: element("span", "", ...names) }));
}

/** Who renames a station finds it by `data-called`. */
function stationName(id, called) {
  const said = element("span", "", called(id));
  said.dataset.called = id;
  return said;
}

function buttonsOf(ticket) {
  const usual = startsByItself(ticket) ? [START_NOW] : BUTTONS[ticket.status] ?? [];
  const more = ticket.status !== "held" && waitForCourse(ticket).length;
  const rest = ["in_progress", "ready"].includes(ticket.status) && startLater(ticket).length;
  const back = ticket.metadata.recallUntil;
  return [
    ...(back ? [RECALL] : []), ...(more ? [FIRE] : []), ...(rest ? [START_REST] : []), ...usual,
  ];
}

/** `more` is what the metadata has of the line; `tick` is missing where no line is ticked. */
export function drawItem(item, more, ticket, tick) {
  const row = element("li", "");
  row.classList.toggle("done", item.is_done);
  row.classList.toggle("deleted", item.change === "deleted");
  row.classList.toggle("waiting", waits(item, ticket));
  const line = lineOf(item, ticket, tick);
  row.append(line);
  const alone = item.only_modifiers;
  const made = alone ? sides(item.modifiers) : [name(item.name)];
  const dish = element("span", "dish", ...made);
  if (item.change) dish.append(element("span", "mark", t(`board.${item.change}`)));
  const until = waits(item, ticket) && hold(more.firesAt, ticket);
  if (until) dish.append(element("span", "mark", until));
  if (item.unrouted) dish.append(element("span", "mark unrouted", t("board.no-rule")));
  line.append(element("span", "quantity", `${item.quantity} × `), dish);
  if (alone) line.append(small("for", ...told("board.for-dish", { dish: name(item.name) })));
  else line.append(...parts(more.components), ...allergens(item));
  item.modifiers.forEach((modifier, place) => {
    const { components, level = 0 } = more.mods?.[place] ?? {};
    const said = [...parts(components), ...allergens(modifier)];
    if (!alone) said.unshift(small("modifier", ...counted(modifier)));
    for (const each of said) each.style.marginInlineStart = `${level}em`;
    line.append(...said);
  });
  for (const wish of [item.special_instructions, more.itemGroup?.note]) {
    if (wish) line.append(small("note", name(wish)));
  }
  const place = placeOf(more);
  if (place.length) line.append(small("place", ...place));
  return row;
}

/** What a finger ticks off, with all that is said of it; what nobody can is no button. */
function lineOf(item, ticket, tick) {
  const canTick = tick && TICKED.includes(ticket.status) && item.change !== "deleted" && !waits(item, ticket);
  if (!canTick) return element("div", "line");
  const line = actionButton(`tick ${item.line_id}`);
  line.className = "line";
  line.ariaPressed = String(item.is_done);
  line.onclick = () => tick(ticket, item);
  return line;
}

function placeOf({ itemGroup, seat, course }) {
  return row(itemGroup?.name, named("board.seat", seat), named("board.course", course));
}

function counted(modifier) {
  const times = modifier.quantity === 1 ? "" : `${modifier.quantity} × `;
  return [times, name(modifier.name)];
}

/** Modifiers that are made alone, as the dish that they are here. */
function sides(modifiers) {
  return modifiers.flatMap((modifier, place) => [place ? "+" : "", ...counted(modifier)]);
}

function allergens({ allergens: known }) {
  if (!known.length) return [];
  return [small("allergens", ...told("board.contains", { allergens: name(known.join(", ")) }))];
}

/** What a held line says: nothing, where its whole card says it. */
function hold(firesAt, ticket) {
  if (!firesAt) return t("board.hold");
  if (startsByItself(ticket)) return "";
  return t("board.hold-until", { hour: hour(new Date(firesAt), new Date(ticket.created_at)) });
}

/** What a cook counts of an item or a modifier: `2 × patty · 1 × bun`. */
function parts(components) {
  if (!components) return [];
  const counted = components.flatMap((component, place) => [
    `${place ? " · " : ""}${component.count} × `, name(component.name),
  ]);
  return [small("parts", ...counted)];
}

/** A seat or a course as it was sent; one that is a mere number says what it is. */
function named(message, text) {
  return /^\s*\d+\s*$/.test(text) ? t(message, { number: text.trim() }) : text;
}

export function handoff(metadata) {
  const { covers, deliveryService: service } = metadata;
  const facts = [
    ["guests", covers != null && t("board.covers", { count: covers }),
      metadata.accessibility?.wheelChairAccess && t("board.wheelchair"),
      metadata.loyaltyMember && t("board.loyalty")],
    ["vehicle", metadata.vehicleColor, metadata.vehicleModel],
    ["phone", metadata.phoneNumber],
    ["address", metadata.deliveryAddress],
    ["service", service?.name, service?.orderId],
    ["driver", service?.driverPhone],
    ["arrival", metadata.customerArrivedUrl], // Text: a finger must not report an arrival.
    ["terminal", metadata.terminal],
    ["total", metadata.costs?.total],
  ];
  return facts.flatMap(([what, ...texts]) => {
    const said = row(...texts);
    return said.length ? [element("dt", "", t(`board.${what}`)), element("dd", "", ...said)] : [];
  });
}
