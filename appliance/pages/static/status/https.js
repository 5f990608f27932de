// Whom to trust for https: fingerprints that a person compares.

import { element } from "/look/elements.js";
import { drawFacts } from "/status/drawing.js";
import { day } from "/status/formats.js";
import { t } from "/words/words.js";

const PAIRS_OF_GROUP = 4;
const section = document.getElementById("https");

/** What https presents, as `GET /health` has it; null where there is none. */
export function showHttps(https) {
  section.hidden = !https;
  if (!https) return;
  const { authority_sha256: authority, certificate_sha256: certificate, valid_until: until } = https;
  for (const own of section.querySelectorAll(".own")) own.hidden = !authority;
  drawFacts(section.querySelector("dl"), [
    [t("status.https.authority"), authority && fingerprint("authority", authority)],
    [t("status.https.certificate"), fingerprint("certificate", certificate)],
    [t("status.https.until"), day(until)],
  ]);
}

/** In groups that a person can compare. */
function fingerprint(id, sha256) {
  const pairs = sha256.split(":");
  const groups = [];
  for (let at = 0; at < pairs.length; at += PAIRS_OF_GROUP) {
    groups.push(element("span", "", pairs.slice(at, at + PAIRS_OF_GROUP).join(" ")));
  }
  const shown = element("div", "sha256", ...groups.flatMap((each, at) => (at ? [" ", each] : [each])));
  shown.id = id;
  return shown;
}
