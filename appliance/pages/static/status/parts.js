// Orders, machine, disk and network on the status page, as `GET /health` tells of them.

import { element, name } from "/look/elements.js";
import { drawFacts } from "/status/drawing.js";
import { day, degrees, duration, milliseconds, moment, number, percent, size } from "/status/formats.js";
import { t } from "/words/words.js";

const HOT = 70; // Degrees from which it is as well to know; it slows down at 80.
const LITTLE_ROOM = 1e9;
const EVERYWHERE = ["0.0.0.0", "[::]"];

const factsOf = (section) => document.querySelector(`#${section} dl`);

export function showOrders({ fault, orders, history }) {
  const { today, lately, lately_since: since, last_at: last, last_by: by, connections } = orders;
  const door = by ? `-${by}` : "";
  drawFacts(factsOf("orders"), [
    [t("status.orders.new"), fault ? t("status.orders.not-stored") : t("status.orders.stored"), fault ? "alarm" : ""],
    [t("status.orders.today"), number(today)],
    [t("status.orders.since", { time: moment(since) }), number(lately)],
    [t("status.orders.last"), last ? t(`status.orders.last-at${door}`, { time: moment(last) }) : t("status.orders.none")],
    [t("status.orders.senders"), number(connections)],
    [t("status.orders.finished"), indexed(history), history.faulty ? "warning" : ""],
  ]);
}

function indexed({ indexed: done, of, faulty }) {
  const far = { indexed: number(done), of: number(of) };
  if (faulty) return t("status.history.faulty", far);
  return done < of ? t("status.history.coming", far) : t("status.history.all");
}

export function showMachine({ machine, running_since: since, version }) {
  const { model, kernel, up_seconds: up, temperature, load, processors } = machine;
  const hot = temperature !== null && temperature >= HOT;
  drawFacts(factsOf("machine"), [
    [t("status.temperature.label"), temperature === null ? untold() : degrees(temperature), hot ? "warning" : ""],
    [t("status.speed.label"), ...speed(machine)],
    [t("status.supply.label"), ...supply(machine)],
    [t("status.clock.label"), t(`status.clock.${machine.clock}`), machine.clock === "waiting" ? "warning" : ""],
    [t("status.memory.label"), room("memory", machine.memory_free_bytes, machine.memory_bytes)],
    [t("status.load.label"), load === null ? null : t("status.load.of", { load: number(load), count: processors })],
    [t("status.up.label"), up === null ? null : duration(up)],
    [t("status.since.label"), day(since)],
    [t("status.version.label"), version],
    [t("status.model.label"), model === null ? null : name(model)],
    [t("status.kernel.label"), name(kernel)],
  ]);
}

function untold() {
  return element("span", "quiet", t("status.not-told"));
}

function speed({ throttled, throttled_before: before }) {
  if (throttled === null) return [untold()];
  if (throttled) return [t("status.speed.throttled"), "warning"];
  return [t(before ? "status.speed.full-now" : "status.speed.full")];
}

function supply({ under_voltage: low, under_voltage_before: before }) {
  if (low === null) return [untold()];
  if (low) return [t("status.supply.low"), "alarm"];
  return before ? [t("status.supply.good-now"), "warning"] : [t("status.supply.good")];
}

function room(what, free, all) {
  if (free === null || all === null) return untold();
  return t(`status.${what}.free`, { free: size(free), size: size(all) });
}

export function showStorage({ log, machine: { disk } }) {
  const { events: count, bytes, last_sync_ms: last, median_sync_ms: median, worst_sync_ms: worst } = log;
  const little = disk.free_bytes !== null && disk.free_bytes < LITTLE_ROOM;
  drawFacts(factsOf("storage"), [
    [t("status.disk.label"), room("disk", disk.free_bytes, disk.size_bytes), little ? "warning" : ""],
    [t("status.log.label"), t("status.log.size", { count, events: number(count), size: bytes === null ? "?" : size(bytes) })],
    [t("status.sync.label"), last ? milliseconds(last) : t("status.sync.none")],
    [t("status.sync.recent-label"), median === null ? null
      : t("status.sync.recent", { median: milliseconds(median), worst: milliseconds(worst) })],
    [t("status.wear.label"), ...wear(disk)],
    [t("status.written.label"), disk.written_bytes === null ? null : size(disk.written_bytes)],
  ]);
}

function wear({ kind, life_used: used, spare }) {
  const concern = used >= 90 || (spare && spare !== "normal") ? "warning" : "";
  if (used > 100) return [t("status.wear.beyond"), concern];
  if (used) return [t("status.wear.used", { percent: percent(used) }), concern];
  return [element("span", "quiet", t(kind === "sd" ? "status.wear.sd" : "status.wear.unknown"))];
}

/** How it is reached: `host` is what is announced, `listening` where it listens. */
export function showNetwork({ machine: { interfaces }, host, listening, neighbours }) {
  const all = interfaces.flatMap((each) => each.addresses.map((address) => [address, each.name]));
  const addresses = all.map(([address, of]) => {
    return element("div", "", name(address), " ", element("span", "quiet", name(of)));
  });
  const first = all.length ? all[0][0] : null;
  drawFacts(factsOf("network"), [
    addresses.length ? [t("status.network.addresses"), addresses]
      : [t("status.network.addresses"), t("status.network.no-addresses"), "warning"],
    [t("status.network.name"), host ? name(host) : element("span", "quiet", t("status.network.no-name"))],
    [t("status.network.orders"), ...place("orders", listening.orders, first)],
    [t("status.network.pages"), ...place("http", listening.http, first)],
    [t("status.network.secure-pages"), ...place("https", listening.https, first)],
    [t("status.network.heard"), heard(neighbours)],
  ]);
}

/** Where others reach it: where it listens at all addresses, at the first of them. */
function place(what, where, first) {
  if (where === null) return [element("span", "quiet", t("status.network.not-at-all"))];
  const [, host, port] = /^(.*):(\d+)$/.exec(where);
  const shown = EVERYWHERE.includes(host) && first ? `${inUrl(first)}:${port}` : where;
  const parts = [what === "orders" ? name(shown) : linkTo(`${what}://${shown}/`)];
  if (/^127\.|^\[::1\]/.test(host)) parts.push(" ", element("span", "quiet", t("status.network.only-here")));
  return [parts];
}

function inUrl(address) {
  return address.includes(":") ? `[${address}]` : address;
}

function linkTo(url) {
  const link = element("a", "", name(url));
  link.href = url;
  return link;
}

function heard(count) {
  if (count === null) return t("status.network.deaf");
  return count ? t("status.network.neighbours", { count }) : t("status.network.nobody");
}
