// Kitchen screens in words, for the status page and the page of screens.

import { duration, keyOf, listed, moment } from "/status/formats.js";
import { learnWords, t } from "/words/words.js";

/** Resolves when all of them are known: a page that does not speak of the status waits for it. */
export const words = learnWords("status");

/**
 * How a screen is: `Away since 20:15: nothing heard; shown on Grill screen.` Not
 * everybody is told what is `adopted`, `waiting` and `refused`.
 */
export function sentence(screen, screens, nameOf) {
  if (screen.adopted === false) return t("status.screen.not-let-in");
  const { why, covers, covered_by: other, waiting, refused } = screen;
  const facts = [
    why ? t("status.screen.state-why", { state: stateOf(screen), why }) : stateOf(screen),
    other && t("status.screen.shown-on", { screen: screens.find(({ id }) => id === other)?.name ?? other }),
    covers.length && t("status.screen.covers", { stations: listed(covers.map(nameOf)) }),
    waiting && t("status.screen.to-tell", { count: waiting }),
    refused && t("status.screen.refused", { count: refused }),
  ];
  return `${facts.filter(Boolean).join("; ")}.`;
}

function stateOf({ state, since }) {
  const named = t(`status.screen.state.${keyOf(state)}`);
  if (state === "not seen yet") return named;
  return t("status.screen.state-since", { state: named, time: moment(since) });
}

/** Whether somebody should look after a screen: `alarm`, `warning` or `none`. */
export function concern({ state, adopted = true, conflict, covered_by: other, missed, refused }) {
  if (missed && !other) return "alarm";
  const isWell = adopted && !["away", "behind"].includes(state) && !conflict && !refused;
  return isWell ? "none" : "warning";
}

/** What it is, where, and what is known of the computer behind it. */
export function facts({ proto, address, source, patience, backup_id: backup, health }, screens) {
  const named = screens.find(({ id }) => id === backup)?.name ?? backup;
  return [
    t(`status.screen.${proto}`),
    address,
    named && t("status.screen.backup", { seconds: patience, screen: named }),
    source === "file" && t("status.screen.of-file"),
    health && t("status.screen.agent", {
      version: health.version, time: duration(health.uptime), browser: health.browser,
    }),
    health?.restarts && t("status.screen.restarted", {
      count: health.restarts, why: health.why || t("status.screen.no-reason"),
    }),
  ].filter(Boolean).join(" · ");
}
