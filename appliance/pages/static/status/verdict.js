// How it is, in one line that is read from afar, and what is wrong, the worst first: in the reader's
// words, since when, and what to do about it.

import { element, name } from "/look/elements.js";
import { whenNew, write } from "/status/drawing.js";
import { day, degrees, milliseconds, moment, names, number, size } from "/status/formats.js";
import { t, told } from "/words/words.js";

const ICONS = { well: "✓", notice: "i", warning: "!", alarm: "✕", silent: "?" };
const verdict = document.getElementById("verdict");
const list = document.getElementById("problems");

/** These are all, as `GET /health` has them. */
export function showVerdict(problems) {
  const count = (severity) => problems.filter((each) => each.severity === severity).length;
  const [alarms, warnings] = [count("alarm"), count("warning")];
  if (alarms) say("alarm", t("status.come-now", { count: alarms }));
  else if (warnings) say("warning", t("status.to-look-after", { count: warnings }));
  else if (problems.length) say("well", t("status.all-well-but", { count: problems.length }));
  else say("well", t("status.all-well"));
  list.hidden = !problems.length;
  whenNew(list, problems, () => list.replaceChildren(...problems.map(line)));
}

/** Nobody answers: what was wrong before may be the least of it. */
export function showSilence() {
  say("silent", t("status.nobody-answers"));
  whenNew(list, "silent", () => {
    const toDo = element("p", "do", t("status.nobody-answers.do"));
    list.replaceChildren(element("li", "problem alarm", toDo));
  });
  list.hidden = false;
}

function say(kind, words) {
  verdict.className = kind;
  write(verdict.querySelector(".icon"), ICONS[kind]);
  write(verdict.querySelector(".words"), words);
}

function line({ code, severity, since, facts }) {
  const shown = Object.fromEntries(Object.entries(facts).map(([fact, value]) => [fact, inWords(fact, value)]));
  const badge = element("span", "badge", icon(severity), t(`status.severity.${severity}`));
  const what = element("b", "what", ...told(`status.problem.${code}.what`, shown).flat());
  const when = element("span", "when", t("status.since", { time: moment(since) }));
  const parts = [element("p", "head", badge, what, when)];
  if (code !== "other") { // The appliance's own sentence, which says it all.
    const toDo = t(`status.problem.${code}.do`);
    parts.push(element("p", "do", element("span", "label", t("status.to-do")), " ", toDo));
  }
  if (facts.why) parts.push(element("p", "why", ...told("status.details", { why: shown.why })));
  return element("li", `problem ${severity}`, ...parts);
}

function icon(severity) {
  const made = element("span", "icon", ICONS[severity]);
  made.setAttribute("aria-hidden", "true");
  return made;
}

/** A fact as the reader's language writes it; `count` chooses the plural, and stays a number. */
function inWords(fact, value) {
  if (Array.isArray(value)) return names(value);
  if (fact.endsWith("_bytes")) return size(value);
  if (fact.endsWith("_ms")) return milliseconds(value);
  if (fact === "temperature") return degrees(value);
  if (fact === "until") return day(value);
  if (fact === "count") return value;
  return typeof value === "number" ? number(value) : name(value);
}
