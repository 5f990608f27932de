// What reports ask the appliance.

import { within } from "/live/asking.js";

const REPORTS = "/api/v1/kds/reports";
const ANSWER_MS = 15000; // A quarter of a year takes a while on a small machine.

/**
 * `body` of what was answered; else `denied` for whoever may not see it, `indexing` with how far the
 * appliance is with its past, or `refused` with why. None of them: nobody answered.
 */
export async function get(path) {
  try {
    const answer = await fetch(`${REPORTS}/${path}`, { cache: "no-store", signal: within(ANSWER_MS) });
    const body = await answer.json();
    if (answer.ok) return { body, next: answer.headers.get("X-Next-Cursor") };
    if (answer.status === 401 || answer.status === 403) return { denied: true };
    if (answer.status === 503 && body.details?.of) return { indexing: body.details };
    return { refused: body.message };
  } catch {
    return {};
  }
}

/** Where a table can be fetched from. */
export function tablePath(name, query) {
  return `${REPORTS}/${name}.csv?${new URLSearchParams(query)}`;
}
