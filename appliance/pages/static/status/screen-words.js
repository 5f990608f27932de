// Kitchen screens in words, for the status page and the page of screens.

import { hour } from "/live/time.js";

const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * How a screen is: `Away since 20:15: nothing heard; shown on Grill screen.` Not everybody is told
 * what is `adopted`, `waiting` and `refused`.
 */
export function sentence(screen, screens, called) {
  if (screen.adopted === false) return "Not let in: type the code that it shows.";
  const { state, why, since, covers, covered_by: other, waiting, refused } = screen;
  const at = state === "not seen yet" ? "" : ` since ${hour(new Date(since), new Date())}`;
  const facts = [
    [`${state}${at}`, why].filter(Boolean).join(": "),
    other && `shown on ${screens.find(({ id }) => id === other)?.name ?? other}`,
    covers.length && `shows ${covers.map(called).join(", ")} besides, for who is away`,
    waiting && `${orders(waiting)} still to be told`,
    refused && `${orders(refused)} refused by it`,
  ];
  const said = `${facts.filter(Boolean).join("; ")}.`;
  return said[0].toUpperCase() + said.slice(1);
}

/** Whether somebody should look after a screen: `alarm`, `warning` or `none`. */
export function concern({ state, adopted = true, conflict, covered_by: other, missed, refused }) {
  if (missed && !other) return "alarm";
  const isWell = adopted && !["away", "behind"].includes(state) && !conflict && !refused;
  return isWell ? "none" : "warning";
}

function orders(count) {
  return count === 1 ? "1 order" : `${count} orders`;
}

/** What it is, where, and what is known of the computer behind it. */
export function facts({ proto, address, source, patience, backup_id: backup, health }, screens) {
  const named = screens.find(({ id }) => id === backup)?.name ?? backup;
  return [
    proto === "lan" ? "LAN screen" : "board",
    address,
    named && `after ${patience} s shown on ${named}`,
    source === "file" && "of the configuration file",
    health && `agent ${health.version} for ${long(health.uptime)}, browser ${health.browser}`,
    health?.restarts && `restarted ${health.restarts} × (${health.why || "no reason known"})`,
  ].filter(Boolean).join(" · ");
}

function long(seconds) {
  if (seconds < HOUR) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} days`;
}
