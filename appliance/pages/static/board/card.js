// A ticket as a card: what cooks see of it, and at the pass what handing it over takes.

import { hour, startLater, startsByItself, waitForCourse, waits } from "/live/time.js";
import { element, name, small } from "/look/elements.js";

const FIRE = ["fire", "Fire", false];
const START_NOW = ["start", "Start now", true];
const START_REST = ["start", "Start now", false];
const RECALL = ["recall", "Recall", false];
const ACTIONS = {
  held: [["fire", "Fire", true]],
  pending: [["start", "Start", false], ["bump", "Bump", true]],
  in_progress: [["ready", "Ready", false], ["bump", "Bump", true]],
  ready: [RECALL, ["bump", "Bump", true]],
  recalled: [["start", "Start", false], ["bump", "Bump", true]],
  voided: [["bump", "Clear", true]],
};
const MARKS = { added: "ADDED", edited: "CHANGED", deleted: "VOID" };
const NOWHERE = "This sign-in sees no other station that could make it";
const MOVE = "Move to another station";
const PRINT = "Print";
const ENDLESS = 1000; // Characters: nobody reads more than that while cooking.

/**
 * The card of a ticket, without its age. A press of a button is `perform(ticket, action)`, and of
 * a station where it could be made `perform(ticket, "move", id)`; of its name, `open(ticket)`.
 * `targets` are the ids of those stations where they are to be shown; `called(id)` is the name of
 * a station. `prints`: its station has a printer.
 */
export function draw(ticket, { atPass, targets, prints, perform, open, called }) {
  const card = document.getElementById("ticket").content.cloneNode(true).firstElementChild;
  const part = (kind) => card.querySelector(kind);
  const { metadata } = ticket;
  card.dataset.ticket = ticket.id;
  card.classList.add(ticket.status, ticket.priority);
  part(".verdict").textContent = verdict(ticket);
  part(".reference").append(name(title(ticket)));
  // A card of the pass is the whole order, and stays there.
  const moves = !atPass && ticket.status !== "voided";
  if (moves || prints) {
    nameButton(part(".title"), targets !== null, [moves && MOVE, prints && PRINT]).onclick = () => {
      open(ticket);
    };
  }
  if (targets && moves) part(".move").append(...places(ticket, targets, perform, called));
  if (targets && prints) part(".move").append(printButton(ticket, perform));
  part(".facts").append(...row(
    mode(ticket), due(ticket), ticket.server_name,
    stations("taken over from ", metadata.overflowFrom, called),
    !atPass && stations("also at ", metadata.alsoAt, called),
  ));
  part(".instructions").append(...row(metadata.specialInstructions));
  part(".items").append(
    ...ticket.items.map((item) => drawItem(item, metadata.items?.[item.line_id] ?? {}, ticket)),
  );
  if (atPass) part(".handoff").append(...handoff(metadata));
  for (const text of card.querySelectorAll(".instructions, .items small, .handoff dd")) {
    text.classList.toggle("endless", text.textContent.length > ENDLESS);
  }
  part("footer").append(...actions(ticket).map(([action, words, main]) => {
    const button = actionButton(action, words);
    button.classList.toggle("main", main);
    button.onclick = () => perform(ticket, action);
    return button;
  }));
  return card;
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
  const button = actionButton("print", PRINT);
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
  return [buttons.length ? "Move to" : NOWHERE, ...buttons];
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
  if (ticket.metadata.cancelled) return "CANCELLED";
  return ticket.status === "voided" ? "VOID" : "";
}

export function mode({ order_channel, metadata }) {
  if (order_channel === "delivery" && metadata.deliveryHandoff) return "delivery handoff";
  return order_channel?.replaceAll("_", " ");
}

/** When the guest comes for it: the hour, and the day where it is not that of the order. */
export function due({ created_at, metadata }) {
  if (!metadata.pickupAt) return metadata.pickupTime && `for ${metadata.pickupTime}`;
  return `for ${hour(new Date(metadata.pickupAt), new Date(created_at))}`;
}

/** The names of some stations after `words`. */
function stations(words, ids, called) {
  const names = ids?.flatMap((id, place) => [place ? ", " : words, stationName(id, called)]);
  return names && element("span", "", ...names);
}

/** Who renames a station finds it by `data-called`. */
function stationName(id, called) {
  const said = element("span", "", called(id));
  said.dataset.called = id;
  return said;
}

function actions(ticket) {
  const usual = startsByItself(ticket) ? [START_NOW] : ACTIONS[ticket.status] ?? [];
  const more = ticket.status !== "held" && waitForCourse(ticket).length;
  const rest = ["in_progress", "ready"].includes(ticket.status) && startLater(ticket).length;
  const back = ticket.metadata.recallUntil;
  return [
    ...(back ? [RECALL] : []), ...(more ? [FIRE] : []), ...(rest ? [START_REST] : []), ...usual,
  ];
}

/** `more` is what the metadata has of the line. */
export function drawItem(item, more, ticket) {
  const line = element("li", "");
  line.classList.toggle("done", item.is_done);
  line.classList.toggle("deleted", item.change === "deleted");
  line.classList.toggle("waiting", waits(item, ticket));
  const alone = item.only_modifiers;
  const made = alone ? sides(item.modifiers) : [name(item.name)];
  const dish = element("span", "dish", ...made);
  if (item.change) dish.append(element("span", "mark", MARKS[item.change]));
  const until = waits(item, ticket) && hold(more.firesAt, ticket);
  if (until) dish.append(element("span", "mark", until));
  if (item.unrouted) dish.append(element("span", "mark unrouted", "NO RULE"));
  line.append(element("span", "quantity", `${item.quantity} × `), dish);
  if (alone) line.append(small("for", "for ", name(item.name)));
  else line.append(...parts(more.components), ...allergens(item));
  item.modifiers.forEach((modifier, place) => {
    if (!alone) line.append(small("modifier", ...counted(modifier)));
    line.append(...parts(more.mods?.[place].components), ...allergens(modifier));
  });
  for (const wish of [item.special_instructions, more.itemGroup?.note]) {
    if (wish) line.append(small("note", name(wish)));
  }
  const place = row(more.itemGroup?.name, named("seat", more.seat), named("course", more.course));
  if (place.length) line.append(small("place", ...place));
  return line;
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
  return known.length ? [small("allergens", "contains ", name(known.join(", ")))] : [];
}

/** What a held line says: nothing, where its whole card says it. */
function hold(firesAt, ticket) {
  if (!firesAt) return "HOLD";
  return !startsByItself(ticket) && `AT ${hour(new Date(firesAt), new Date(ticket.created_at))}`;
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
function named(what, text) {
  return /^\s*\d+\s*$/.test(text) ? `${what} ${text.trim()}` : text;
}

export function handoff(metadata) {
  const { covers, deliveryService: service } = metadata;
  const facts = [
    ["Guests", covers != null && `${covers} ${covers === 1 ? "cover" : "covers"}`,
      metadata.accessibility?.wheelChairAccess && "wheelchair access",
      metadata.loyaltyMember && "loyalty member"],
    ["Vehicle", metadata.vehicleColor, metadata.vehicleModel],
    ["Phone", metadata.phoneNumber],
    ["Address", metadata.deliveryAddress],
    ["Service", service?.name, service?.orderId],
    ["Driver", service?.driverPhone],
    ["Arrival", metadata.customerArrivedUrl], // Text: a finger must not report an arrival.
    ["Terminal", metadata.terminal],
    ["Total", metadata.costs?.total],
  ];
  return facts.flatMap(([what, ...texts]) => {
    const said = row(...texts);
    return said.length ? [element("dt", "", what), element("dd", "", ...said)] : [];
  });
}
