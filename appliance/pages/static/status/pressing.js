// What is pressed on the status page, and what came of it.

import { within } from "/live/asking.js";
import { element } from "/look/elements.js";
import { write } from "/status/drawing.js";
import { t } from "/words/words.js";

/** A button that does something to a device; `words` are texts or elements. */
export function key(press, ...words) {
  const made = element("button", "", ...words);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/**
 * Ask the appliance for something that is called `what`, and say in `said` what came of it;
 * `outcome(answer)` has the words for what was answered.
 */
export async function post(said, what, path, body, patience, outcome) {
  write(said, t("status.doing", { what }));
  const options = { method: "POST", signal: within(patience) };
  if (body) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  try {
    const answer = await fetch(path, options);
    const told = answer.status === 204 ? null : await answer.json();
    const came = answer.ok ? outcome(told) : told.message;
    write(said, t("status.came", { what, came }));
  } catch {
    write(said, t("status.nobody-answered", { what }));
  }
}
