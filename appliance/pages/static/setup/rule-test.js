// Trying out the rules of the draft: where a dish would go and why, and which dishes no rule takes.

import { element, name } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { AT_ONCE, button, field, more } from "/setup/fields.js";
import { listed, minutes, sentence } from "/setup/rule-words.js";
import { called } from "/setup/station-words.js";
import { t, told } from "/words/words.js";

const API = "/api/v1/kds";
const PER_REQUEST = 100; // Dishes of one request.
const MOST = 1000; // More dishes than a menu has; each is held against every rule.
const NEARLY = 3;
const OF_FILE = "file-";

/** `add(rule)` adds a rule to the draft. */
export function showTest(place, draft, add) {
  const dish = {};
  const one = (key, options = {}) => field(AT_ONCE, "test", dish, key, {
    label: t(`setup.test-${key}`), keyShown: "", ...options,
  });
  const answer = element("div", "answer");
  answer.setAttribute("role", "status");
  const form = element(
    "form", "entry",
    element(
      "div", "fields",
      one("name"),
      one("mods", { hint: t("setup.test-mods-hint") }),
    ),
    more(
      t("setup.test-more"),
      element("div", "fields", ...["category", "course", "seat", "mode", "originSource", "terminal"].map((key) => one(key))),
    ),
    element("button", "main", t("setup.test-go")),
    answer,
  );
  form.querySelector("input").required = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const { status, body } = await tried(draft, [dish], dish);
    if (status === 200) answer.replaceChildren(...explained(draft, body[0], () => add(ruleFor(dish))));
    else answer.replaceChildren(wrong(body));
  };
  const untaken = element("div", "");
  untaken.setAttribute("role", "status");
  place.replaceChildren(
    element("h3", "", t("setup.test-title")),
    element("p", "hint", t("setup.test-what")),
    form,
    element("h3", "", t("setup.untaken-title")),
    element("p", "hint", t("setup.untaken-what")),
    button(t("setup.untaken-go"), () => showUntaken(untaken, draft, add)),
    untaken,
  );
}

/** What the rules of the draft do with these dishes; `order` has what they have in common. */
function tried(draft, dishes, { mode, originSource, terminal } = {}) {
  const items = dishes.map(({ name: text, mods, category, course, seat, id }) => ({
    name: text,
    id,
    category,
    course,
    seat,
    mods: (mods ?? "").split(",").map((each) => each.trim()).filter(Boolean).map((each) => ({ name: each })),
  }));
  return request("POST", `${API}/setup/route`, { document: draft.written(), items, mode, originSource, terminal });
}

function ruleFor({ name: text }) {
  return { name: [`*${text.toLowerCase().replace(/[*?[\]]/g, "?")}*`] };
}

function wrong(body) {
  return element("p", "wrong", t("setup.test-failed", { why: body?.message ?? t("setup.nobody") }));
}

/** Where a dish goes, and why, line by line. */
function explained(draft, routed, makeRule) {
  const { document } = draft;
  const lines = [];
  for (const stop of routed.stations) {
    const station = element("b", "", name(called(document, stop.station_id)));
    const time = stop.prep_time_seconds
      ? [element("small", "quiet", ` · ${t("setup.rule-minutes", { count: minutes(stop.prep_time_seconds) })}`)] : [];
    const only = stop.modifiers.length
      ? [element("p", "quiet", ...told("setup.test-modifiers", { modifiers: names(stop.modifiers) }))] : [];
    const shared = stop.sharing.length
      ? [element("p", "quiet", ...told("setup.test-sharing", { stations: names(stop.sharing.map((id) => called(document, id))) }))] : [];
    const over = stop.overflow
      ? [element("p", "quiet", ...told("setup.test-overflow", { station: name(called(document, stop.overflow)) }))] : [];
    const why = stop.why === "rule"
      ? stop.rules.map((id) => rule(document, id)) : [element("p", "quiet", t(`setup.test-why-${stop.why}`))];
    lines.push(element("li", "", "→ ", station, ...time, ...why, ...only, ...shared, ...over));
  }
  for (const { station_id: id, rule: by } of routed.taken_away) {
    lines.push(element("li", "", ...told("setup.test-taken-away", { station: name(called(document, id)) }), rule(document, by)));
  }
  for (const miss of routed.nearly.slice(0, NEARLY)) {
    const key = ["station", "last"].includes(miss.condition) ? `setup.test-nearly-${miss.condition}` : "setup.test-nearly";
    const facts = {
      what: t(`setup.rule-${miss.condition}`),
      has: miss.has.length ? names(miss.has) : t("setup.test-nothing"),
    };
    lines.push(element("li", "quiet", ...told(key, facts), rule(document, miss.rule)));
  }
  if (routed.last) lines.push(element("li", "quiet", t("setup.test-last"), rule(document, routed.last)));
  return [
    ...(routed.unrouted ? [element("p", "doubt wrong", t("setup.test-unrouted"))] : []),
    element("ul", "", ...lines),
    ...(routed.unrouted && draft.isChangeable ? [button(t("setup.make-rule"), makeRule)] : []),
  ];
}

function names(texts) {
  return element("span", "", ...listed(texts.map((text) => name(text)), "disjunction"));
}

/** Which rule it is: by its place in the list, and as a sentence where it is of the draft. */
function rule(document, id) {
  const place = id.startsWith(OF_FILE) ? Number(id.slice(OF_FILE.length)) : 0;
  const found = (document.route ?? [])[place - 1];
  if (!found) return element("p", "quiet", t("setup.test-rule-made", { id }));
  return element("p", "quiet", ...told("setup.test-rule", {
    place, rule: element("span", "", ...sentence(document, found)),
  }));
}

// ── dishes that no rule takes ────────────────────────────────────────────────────────

async function showUntaken(place, draft, add) {
  place.replaceChildren(element("p", "", "…"));
  const [status, menu] = await Promise.all([request("GET", `${API}/status`), request("GET", `${API}/menu`)]);
  if (status.status !== 200 || menu.status !== 200) {
    place.replaceChildren(wrong(status.body));
    return;
  }
  const dishes = [
    ...status.body.routing.names.map((each) => ({ name: each.name })),
    ...menu.body.map(({ plu, name: text, category }) => ({ id: plu, name: text, category: category ?? undefined })),
  ];
  const different = [...new Map(dishes.map((each) => [each.name, each])).values()].slice(0, MOST);
  const untaken = [];
  for (let start = 0; start < different.length; start += PER_REQUEST) {
    const some = different.slice(start, start + PER_REQUEST);
    const { status: code, body } = await tried(draft, some);
    if (code !== 200) {
      place.replaceChildren(wrong(body));
      return;
    }
    body.forEach((routed, at) => {
      if (routed.unrouted) untaken.push(some[at]);
    });
  }
  const items = untaken.map((dish) => {
    const make = button(t("setup.make-rule"), () => add(ruleFor(dish)));
    make.ariaLabel = t("setup.make-rule-for", { name: dish.name });
    return element("li", "entry row", name(dish.name), ...(draft.isChangeable ? [make] : []));
  });
  place.replaceChildren(
    element("p", "", untaken.length
      ? t("setup.untaken", { count: untaken.length, of: different.length })
      : t("setup.untaken-none", { count: different.length })),
    element("ul", "entries", ...items),
  );
}
