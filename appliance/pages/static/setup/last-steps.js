// The steps of the first start after the configuration is in force: what is asked for is done at once.

import { element, name } from "/look/elements.js";
import { pinForm } from "/setup/access.js";
import { request } from "/setup/draft.js";
import { AT_ONCE, button, field } from "/setup/fields.js";
import { stationChoices } from "/setup/station-words.js";
import { t } from "/words/words.js";

const API = "/api/v1/kds";
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** A test page of each printer. */
export function testStep({ document }) {
  const { said, send } = asking();
  const items = (document.printer ?? []).map(({ id }) => {
    const print = button(t("setup.walk-test-page"), () => (
      send("POST", `/printers/${encodeURIComponent(id)}/test`, undefined, t("setup.walk-tested", { name: id }))
    ));
    print.ariaLabel = t("setup.walk-test-page-of", { name: id });
    return element("li", "entry row", name(id), print);
  });
  return [
    element("p", "", t("setup.walk-in-force")),
    ...(items.length ? [element("p", "hint", t("setup.walk-test-what"))] : []),
    element("ul", "entries", ...items),
    said,
  ];
}

/** How a television becomes a board, and the code that it shows then. */
export function screensStep({ document }) {
  const { said, send } = asking();
  const wanted = {};
  const one = (key, options = {}) => field(AT_ONCE, "walk-screen", wanted, key, {
    label: t(`setup.walk-screen-${key}`), keyShown: "", ...options,
  });
  const code = one("code");
  Object.assign(code.querySelector("input"), {
    required: true, inputMode: "numeric", pattern: "[0-9]{3} ?[0-9]{3}", maxLength: 7, title: t("setup.walk-digits"),
  });
  const named = one("name");
  Object.assign(named.querySelector("input"), { required: true, maxLength: 64 });
  const station = one("station_id", {
    kind: "choice", choices: stationChoices(t("setup.walk-all-stations"), document.station ?? []),
  });
  const form = element(
    "form", "entry", element("div", "fields", code, named, station), element("button", "main", t("setup.walk-adopt")),
  );
  form.onsubmit = async (event) => {
    event.preventDefault();
    const body = {
      code: wanted.code.replace(" ", ""), name: wanted.name, station_id: wanted.station_id ?? null,
    };
    if (await send("POST", "/screens", body, t("setup.walk-adopted", { name: body.name }))) {
      form.reset();
      for (const key of Object.keys(wanted)) delete wanted[key];
    }
  };
  const address = element("p", "address", name(`${location.origin}/?screen`));
  const onlyHere = element("p", "wrong doubt", t("setup.walk-screens-only-here"));
  onlyHere.hidden = true;
  const announced = async () => {
    const { status, body } = await request("GET", `${API}/screens`);
    if (status !== 200) return;
    onlyHere.hidden = Boolean(body.announced.host);
    if (!body.announced.host) return;
    const port = location.port && `:${location.port}`;
    address.replaceChildren(name(`${location.protocol}//${body.announced.host}${port}/?screen`));
  };
  if (LOOPBACK.includes(location.hostname)) announced(); // That is this very computer's, for nobody else.
  return [
    element("ol", "how", element("li", "", t("setup.walk-screens-open")), element("li", "", t("setup.walk-screens-code"))),
    address,
    onlyHere,
    form,
    said,
  ];
}

/** The manager's PIN first: without one, nobody gets in again but by the appliance itself. */
export function pinsStep(draft) {
  const { said, send } = asking();
  const list = element("ul", "entries");
  const form = element("div", "");
  const look = async () => {
    const { status, body } = await request("GET", `${API}/pins`);
    if (status !== 200) return;
    const hasManager = body.some(({ roles }) => roles.includes("manager"));
    list.replaceChildren(...body.map((each) => element("li", "entry", "✓ ", name(each.name))));
    const give = async (...asked) => {
      const isDone = await send(...asked);
      if (isDone) await look();
      return isDone;
    };
    form.replaceChildren(
      element("p", "", t(hasManager ? "setup.walk-pin-cook" : "setup.walk-pin-manager")),
      pinForm(draft, give, { role: hasManager ? "kitchen" : "manager", isBrief: true }),
    );
  };
  look();
  return [element("p", "hint", t("setup.walk-pins-what")), list, form, said];
}

export function readyStep(_draft, _draw, finish) {
  const board = element("a", "button", t("setup.walk-to-board"));
  board.href = "/";
  board.onclick = finish;
  return [
    element("p", "", t("setup.walk-ready-what")),
    element("p", "keys", board, button(t("setup.walk-to-setup"), finish)),
  ];
}

/** Ask for something, and say in `said` what came of it; whether it was done. */
function asking() {
  const said = element("p", "said");
  said.setAttribute("role", "status");
  const send = async (method, path, body, words) => {
    said.textContent = "…";
    const { status, body: answer } = await request(method, `${API}${path}`, body);
    const isDone = status >= 200 && status < 300;
    const why = answer?.message ?? t("setup.nobody");
    said.replaceChildren(name(isDone ? words : t("setup.not-done", { why })));
    return isDone;
  };
  return { said, send };
}
