// The set-up of routing rules: which dishes go where.

import { element } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { drawEntries, openEntry, removing } from "/setup/entries.js";
import { AT_ONCE, button, listOf } from "/setup/fields.js";
import { ruleFields } from "/setup/rule-form.js";
import { asWritten, sentence } from "/setup/rule-words.js";
import { showTest } from "/setup/rule-test.js";
import { cooking } from "/setup/station-words.js";
import { t } from "/words/words.js";

const ROUTING = "/api/v1/kds/routing";

export function showRules(place, draft) {
  const list = element("ol", "entries numbered");
  const made = element("div", "");
  const test = element("div", "");
  const said = element("p", "");
  said.setAttribute("role", "status");
  const draw = () => drawEntries(list, draft, "route", {
    title: (rule) => [element("span", "", ...sentence(draft.document, rule))],
    name: (_rule, at) => t("setup.rule-number", { number: at + 1 }),
    fields: (rule, at) => ruleFields(draft, rule, at),
    moved: () => {},
    remove: (rule) => {
      draft.document.route = draft.document.route.filter((each) => each !== rule);
    },
    redraw: draw,
  });
  const add = (rule) => {
    const station = cooking(draft.document)[0]?.id;
    const added = { ...(station && { station }), ...rule };
    listOf(draft, "route").push(added);
    openEntry(added);
    draft.changed();
    draw();
    const item = list.lastElementChild;
    item.scrollIntoView({ block: "center" });
    item.querySelector(rule ? "select" : "textarea")?.focus();
  };
  place.replaceChildren(
    element("h2", "", t("setup.section-rules")),
    element("p", "hint", t("setup.rules-what")),
    list,
    ...(draft.isChangeable ? [button(t("setup.rule-add"), () => add(), "main")] : []),
    made,
    said,
    test,
  );
  showTest(test, draft, add);
  const drawMade = async () => {
    const { status, body } = await request("GET", ROUTING);
    if (status === 200) showMade(made, said, draft, body, drawMade);
  };
  draft.listen((what) => {
    if (what === "replaced" || what === "shown") draw();
    if (what === "shown") drawMade();
  });
  draw();
}

function showMade(place, said, draft, all, look) {
  const rules = all.filter(({ source }) => source === "api");
  if (!rules.length) {
    place.replaceChildren();
    return;
  }
  const items = rules.map((rule) => {
    const words = element("p", "", ...sentence(draft.document, asWritten(rule)));
    const remove = async () => {
      const { status, body } = await request("DELETE", `${ROUTING}/${encodeURIComponent(rule.id)}`);
      said.textContent = status === 204
        ? t("setup.rule-removed") : t("setup.not-done", { why: body?.message ?? t("setup.nobody") });
      look();
    };
    return element("li", "entry", words, removing(AT_ONCE, words.textContent, remove));
  });
  place.replaceChildren(
    element("h3", "", t("setup.rules-made")),
    element("p", "hint", t("setup.rules-made-hint")),
    element("ol", "entries", ...items),
  );
}
