// Everything of this kitchen as one file: taken home, or brought to another appliance.

import { element, name } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { button } from "/setup/fields.js";
import { t, told } from "/words/words.js";

const SETUP = "/api/v1/kds/setup";
const HELD = ["stations", "rules", "menu", "screens", "pins"];
const MOST_BYTES = 16e6;

export function showTransfer(place, draft) {
  const found = element("div", "");
  found.setAttribute("role", "status");
  const download = element("a", "button", t("setup.export-go"));
  download.href = `${SETUP}/export`;
  download.setAttribute("download", "");
  const label = element("label", "field", t("setup.import-file"));
  const chosen = document.createElement("input");
  chosen.type = "file";
  chosen.accept = ".json,application/json";
  chosen.onchange = () => look(found, chosen.files[0], draft);
  label.append(chosen);
  place.replaceChildren(
    element("h2", "", t("setup.section-transfer")),
    element("h3", "", t("setup.export")),
    element("p", "hint", t("setup.export-what")),
    element("p", "", download),
    element("h3", "", t("setup.import")),
    element("p", "hint", t("setup.import-what")),
    ...(draft.isChangeable ? [label, found] : []),
  );
}

/** Say what a file holds and what is wrong with it; a good one can be imported then. */
async function look(place, file, draft) {
  if (!file) return;
  place.replaceChildren(element("p", "", "…"));
  let content = null;
  try {
    if (file.size <= MOST_BYTES) content = JSON.parse(await file.text());
  } catch {
    // It is none of ours.
  }
  if (content === null) {
    place.replaceChildren(element("p", "wrong", t("setup.import-none", { name: file.name })));
    return;
  }
  const { status, body } = await request("POST", `${SETUP}/import?check=true`, content);
  if (status !== 200) {
    place.replaceChildren(element("p", "wrong", t("setup.not-done", { why: body?.message ?? t("setup.nobody") })));
    return;
  }
  const { errors, holds, left_out: left } = body;
  const facts = holds ? HELD.map((key) => t(`setup.holds-${key}`, { count: holds[key] })) : [];
  const wrong = errors.map(({ key, message }) => element("li", "wrong", name(key), ": ", name(message)));
  const sure = element("div", "");
  if (!errors.length) {
    sure.append(
      element("p", "wrong doubt", t("setup.import-sure")),
      button(t("setup.import-go"), () => bring(place, content, draft), "dangerous"),
      button(t("setup.import-no"), () => place.replaceChildren()),
    );
  }
  place.replaceChildren(
    ...(holds ? [element("p", "", ...told("setup.import-holds", { name: name(holds.name) }))] : []),
    element("ul", "", ...facts.map((text) => element("li", "", text))),
    ...(left.length ? [element("p", "hint", ...told("setup.import-left", { keys: name(left.join(", ")) }))] : []),
    ...(wrong.length ? [element("p", "", t("setup.import-wrong")), element("ul", "", ...wrong)] : []),
    sure,
  );
}

async function bring(place, content, draft) {
  place.replaceChildren(element("p", "", t("setup.applying")));
  const { done, errors = [], failed } = await draft.bring(content);
  const why = failed || errors.map(({ key, message }) => `${key}: ${message}`).join("; ") || t("setup.nobody");
  const words = done ? t("setup.imported") : t("setup.not-done", { why });
  place.replaceChildren(element("p", done ? "" : "wrong", words));
}
