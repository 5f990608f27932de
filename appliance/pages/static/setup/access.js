// Who may: PINs of people, tokens of screens and programs, and who is signed in here.

import { element, name } from "/look/elements.js";
import { request } from "/setup/draft.js";
import { removing } from "/setup/entries.js";
import { AT_ONCE, field } from "/setup/fields.js";
import { listed } from "/setup/rule-words.js";
import { t, told, written } from "/words/words.js";

const API = "/api/v1/kds";
/** What people are for, in the order of a list; `manager` may do everything. */
export const ROLES = ["kitchen", "expeditor", "manager", "server"];

export function showAccess(place, draft) {
  const said = element("p", "said");
  said.setAttribute("role", "status");
  const pins = element("ul", "entries");
  const devices = element("ul", "entries");
  const look = async () => {
    const [people, screens] = await Promise.all([request("GET", `${API}/pins`), request("GET", `${API}/devices`)]);
    if (people.status === 200) pins.replaceChildren(...people.body.map((each) => person(each, draft, send)));
    if (screens.status === 200) devices.replaceChildren(...screens.body.map((each) => device(each, draft, send)));
  };
  const send = async (method, path, body, words) => {
    const { status, body: answer } = await request(method, `${API}${path}`, body);
    const isDone = status >= 200 && status < 300;
    const why = answer?.message ?? t("setup.nobody");
    said.replaceChildren(name(isDone ? words : t("setup.not-done", { why })));
    if (isDone) await look();
    return isDone;
  };
  place.replaceChildren(
    element("h2", "", t("setup.section-access")),
    element("p", "hint", t("setup.access-what")),
    element("h3", "", t("setup.pins")),
    pins,
    pinForm(draft, send),
    said,
    element("h3", "", t("setup.devices")),
    element("p", "hint", t("setup.devices-what")),
    devices,
    element("h3", "", t("setup.tokens")),
    tokenForm(draft, look),
    element("p", "hint", ...told("setup.tokens-what", { command: element("code", "", "expeditor token --subject NAME --role kitchen --days 365") })),
    revocation(send),
    element("h3", "", t("setup.you")),
    signOut(),
  );
  draft.listen((what) => {
    if (what === "shown") look();
  });
}

/** A form for somebody's PIN, a new one or a changed one; `send` as that of a section. */
export function pinForm(draft, send, { role: usual = "kitchen", isBrief = false } = {}) {
  const wanted = { roles: usual };
  const form = element("form", "entry");
  const kept = {};
  const named = field(AT_ONCE, "pin", wanted, "name", { label: t("setup.pin-name"), keyShown: "" });
  const pin = field(AT_ONCE, "pin", wanted, "pin", { label: t("setup.pin-pin"), hint: t("setup.pin-hint"), keyShown: "" });
  const role = field(AT_ONCE, "pin", wanted, "roles", {
    kind: "choice", label: t("setup.pin-roles"), keyShown: "",
    choices: ROLES.map((each) => [each, t(`setup.role-${each}`)]),
  });
  Object.assign(named.querySelector("input"), { required: true, maxLength: 64 });
  Object.assign(pin.querySelector("input"), {
    required: true, inputMode: "numeric", pattern: "[0-9]{4,8}", maxLength: 8, title: t("setup.pin-hint"),
  });
  const only = onlyAt(draft, kept, "pin");
  form.append(
    element("div", "fields", named, pin, role),
    ...(isBrief ? [] : [only]),
    element("button", "main", t("setup.pin-set")),
  );
  form.onsubmit = async (event) => {
    event.preventDefault();
    const body = {
      name: (wanted.name ?? "").trim(),
      pin: wanted.pin,
      roles: [wanted.roles],
      stations: Object.keys(kept).filter((id) => kept[id]),
    };
    if (!await send("POST", "/pins", body, t("setup.pin-done", { name: body.name }))) return;
    form.reset();
    for (const key of Object.keys(kept)) delete kept[key];
    Object.assign(wanted, { name: undefined, pin: undefined, roles: usual });
    role.querySelector("select").value = usual;
  };
  return form;
}

/** Which stations alone a `what` is to be good for: those are true in `kept`. */
function onlyAt(draft, kept, what) {
  const boxes = (draft.document.station ?? []).map(({ id, name: text }) => {
    return field(AT_ONCE, `${what}-station`, kept, id, { kind: "toggle", label: name(text), keyShown: "" });
  });
  return element("fieldset", "days", element("legend", "", t("setup.pin-stations")), ...boxes);
}

/** A form for the token of a program or a screen that works tickets: nobody is shown it again. */
function tokenForm(draft, look) {
  const [wanted, kept] = [{}, {}];
  const named = field(AT_ONCE, "token", wanted, "name", { label: t("setup.token-name"), keyShown: "" });
  Object.assign(named.querySelector("input"), { required: true, maxLength: 64 });
  const made = element("p", "said");
  made.setAttribute("role", "status");
  const fields = element("div", "fields", named);
  const form = element("form", "entry", fields, onlyAt(draft, kept, "token"), element("button", "main", t("setup.token-make")), made);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const stations = Object.keys(kept).filter((id) => kept[id]);
    const { status, body } = await request("POST", `${API}/devices`, { name: (wanted.name ?? "").trim(), stations });
    if (status !== 201) {
      const why = body?.message ?? t("setup.nobody");
      made.replaceChildren(name(t("setup.not-done", { why })));
      return;
    }
    made.replaceChildren(...told("setup.token-made", { name: name(body.name), token: element("code", "token", body.token) }));
    await look();
  };
  return form;
}

function person({ name: text, roles, stations, set_at: at }, draft, send) {
  const facts = [
    listed(roles.map((role) => (ROLES.includes(role) ? t(`setup.role-${role}`) : role)), "conjunction").join(""),
    stations ? t("setup.only-at", { stations: stations.map((id) => calledIn(draft, id)).join(", ") }) : "",
    t("setup.set-on", { day: day(at) }),
  ].filter(Boolean);
  const remove = () => send("DELETE", `/pins/${encodeURIComponent(text)}`, undefined, t("setup.pin-removed", { name: text }));
  return element(
    "li", "entry",
    element("div", "", element("b", "", name(text)), element("small", "quiet", " · ", name(facts.join(" · ")))),
    removing(AT_ONCE, text, remove, t("setup.pin-remove-sure", { name: text })),
  );
}

function device({ id, name: text, stations, made_at: at }, draft, send) {
  const facts = [
    stations ? t("setup.only-at", { stations: stations.map((each) => calledIn(draft, each)).join(", ") }) : "",
    t("setup.made-on", { day: day(at) }),
  ].filter(Boolean);
  const remove = () => send("DELETE", `/devices/${encodeURIComponent(id)}`, undefined, t("setup.device-removed", { name: text }));
  return element(
    "li", "entry",
    element("div", "", element("b", "", name(text)), element("small", "quiet", " · ", name(facts.join(" · ")))),
    removing(AT_ONCE, text, remove, t("setup.device-remove-sure", { name: text })),
  );
}

/** Tokens of programs are known to nobody but who has them: they end by what they are, or by whose they are. */
function revocation(send) {
  const wanted = {};
  const whose = field(AT_ONCE, "revoke", wanted, "subject", { label: t("setup.revoke-subject"), keyShown: "" });
  whose.querySelector("input").required = true;
  const form = element("form", "entry", whose, element("button", "dangerous", t("setup.revoke")));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const subject = wanted.subject.trim();
    if (await send("POST", "/tokens/revoke", { subject }, t("setup.revoked", { name: subject }))) form.reset();
  };
  return form;
}

function signOut() {
  const form = element("form", "", element("p", "", t("setup.you-are")), element("button", "", t("setup.sign-out")));
  form.method = "post";
  form.action = "/sign-out";
  return form;
}

function calledIn(draft, id) {
  return (draft.document.station ?? []).find((station) => station.id === id)?.name ?? id;
}

function day(at) {
  return written(at, { dateStyle: "medium" });
}
