// The screen's own page: what the agent says, until there is a board to go on to.

const ASK_AGAIN_MS = 1000;
const ANSWER_MS = 4000; // A link for the board is fetched meanwhile.
const GROUP = /(\d{3})(\d{3})/; // As people read a code out.

const byId = (id) => document.getElementById(id);

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** How things are; null when nobody answers. */
async function ask() {
  try {
    const answer = await fetch("/state", {
      cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function look() {
  const told = await ask();
  byId("dead").hidden = told !== null;
  if (told?.go) {
    location.replace(told.go);
    return;
  }
  // A code of some time ago may be nobody's any more.
  if (told) show(told);
  else byId("kitchens").replaceChildren();
  setTimeout(look, ASK_AGAIN_MS);
}

function show(told) {
  const [title, text] = words(told);
  document.body.className = told.state.replaceAll(" ", "-");
  byId("title").textContent = title;
  byId("text").textContent = text;
  byId("kitchens").replaceChildren(...told.kitchens.map(kitchen));
  byId("conflict").textContent = told.conflict && `Two kitchens have one identity: ${told.conflict}`;
  byId("conflict").hidden = !told.conflict;
  byId("notices").replaceChildren(...told.notices.map((text) => element("li", "", text)));
  byId("name").textContent = told.name;
  byId("addresses").textContent = told.addresses.join("  ") || "no network";
  byId("version").textContent = `Expeditor ${told.version}`;
}

/** A headline, and what to do. */
function words({ state, home, seconds, not_because, kitchens }) {
  if (state === "looking") return ["Looking for a kitchen …", not_because];
  if (state === "to adopt") {
    if (!kitchens.some(({ code }) => code)) return ["No kitchen answers yet", ""];
    return ["Let this screen in", "A manager opens the page below the code, and types it there."];
  }
  const name = home.name || home.address;
  if (state === "adopted") return [`Opening ${name} …`, ""];
  const since = new Date(Date.now() - seconds * 1000);
  const clock = since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return [`OFFLINE since ${clock}`, `${name} (${home.address}) is not reached: ${home.why}`];
}

function kitchen({ name, address, code, why }) {
  const item = document.createElement("li");
  item.append(element("bdi", "name", name || "Kitchen"));
  if (code) item.append(element("p", "code", code.replace(GROUP, "$1 $2")));
  else item.append(element("p", "why", why));
  item.append(element("p", "address", code ? `${address}/screens` : address));
  return item;
}

look();
