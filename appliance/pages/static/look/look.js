// How this browser shows the pages: layout, size, colours, language, sounds. Chosen by whoever stands
// before it (kept in the browser), else by `?layout=strip&scale=120`, else by the manager of an adopted
// screen (`look` in what the appliance says of it), else what suits its size.

export const LAYOUTS = ["auto", "columns", "strip", "portrait"];
export const SCALES = [70, 85, 100, 120, 140, 170, 200]; // Percent of the usual size of text.
export const COLOURS = ["night", "day", "auto"]; // `auto` is what the browser prefers.
const USUAL = { layout: "auto", scale: 100, colours: "night", language: null, sounds: true };
const LOW_PX = 600; // A landscape screen lower than this has room for one row of cards.

const asked = new URLSearchParams(location.search);
const own = read("look"); // Of whoever stands here.
let screen = read("look-of-screen"); // Of the manager: kept, for a page is drawn before it is told.
const light = matchMedia("(prefers-color-scheme: light)");

/** All of it as it is wanted; `auto` and null leave it to the browser. */
export function look() {
  return { ...USUAL, ...fit(screen), ...fit(address()), ...fit(own) };
}

/** Have it otherwise from now on, `{ scale: 120 }`; null is no choice of one's own any more. */
export function keepLook(change) {
  Object.assign(own, change);
  write("look", own);
  applyLook();
}

/**
 * What a manager has chosen for this screen; null where it is none. Whether the page has to be loaded
 * anew to be like that: its words are loaded when it begins.
 */
export function tellLook(told) {
  const before = look();
  screen = told ?? {};
  const isKept = write("look-of-screen", screen);
  applyLook();
  return isKept && before.language !== look().language;
}

/**
 * Show the page like that: `data-layout` and `data-colours` of its root, and `--scale`. Who measures
 * what is shown listens to `look` of the window.
 */
export function applyLook() {
  const { layout, scale, colours } = look();
  const root = document.documentElement;
  set(root, "layout", layout === "auto" ? fitting() : layout);
  set(root, "colours", colours === "auto" ? preferred() : colours);
  root.style.setProperty("--scale", scale / 100);
  dispatchEvent(new Event("look"));
}

/** What suits the size and the shape of this screen. */
function fitting() {
  if (innerWidth < innerHeight) return "portrait";
  return innerHeight < LOW_PX ? "strip" : "columns";
}

function preferred() {
  return light.matches ? "day" : "night";
}

/** What is so already is left alone: to set it would have all laid out anew. */
function set(root, what, value) {
  if (root.dataset[what] !== value) root.dataset[what] = value;
}

function address() {
  const scale = Number(asked.get("scale"));
  return { layout: asked.get("layout"), scale, colours: asked.get("colours"), language: asked.get("lang") };
}

/** Of a look, what can be shown. */
function fit({ layout, scale, colours, language, sounds }) {
  return {
    ...(LAYOUTS.includes(layout) && { layout }),
    ...(scale >= SCALES[0] && scale <= SCALES[SCALES.length - 1] && { scale }),
    ...(COLOURS.includes(colours) && { colours }),
    ...(language && { language }),
    ...(typeof sounds === "boolean" && { sounds }),
  };
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {}; // Some browsers are told to keep nothing.
  }
}

/** Whether it is kept; else it lasts until the page is closed. */
function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

addEventListener("resize", applyLook);
light.addEventListener?.("change", applyLook);
