// The way from each page to the others.

import { t } from "/words/words.js";

const PAGES = { board: "/", pass: "/pass", status: "/status", setup: "/setup", reports: "/reports" };

/** Fill `#pages` with links to all pages; `current` is the one that this is. */
export function linkPages(current) {
  const links = Object.entries(PAGES).map(([page, path]) => {
    const link = document.createElement("a");
    link.href = path;
    link.textContent = t(`pages.${page}`);
    if (page === current) link.ariaCurrent = "page";
    return link;
  });
  document.getElementById("pages").replaceChildren(...links);
}

/**
 * Go where an adopted screen belongs, by what it `shows`; whether that is another page than this. What
 * it wants to be called (`?screen=NAME`) goes along: see `showCode`.
 */
export function leadOn(screen) {
  const paths = { board: "/", pass: "/pass", ready: "/ready" };
  const path = paths[screen?.shows];
  if (!path || path === location.pathname) return false;
  const asked = new URLSearchParams(location.search);
  const kept = new URLSearchParams();
  if (screen.shows === "pass") kept.set("station", screen.station_id);
  if (asked.has("screen")) kept.set("screen", asked.get("screen"));
  location.replace(`${path}${String(kept) && `?${kept}`}`);
  return true;
}

/** Of a screen that nobody lets in any more: have it show its code. Whether it was led here as one. */
export function showCode() {
  const asked = new URLSearchParams(location.search);
  if (!asked.has("screen")) return false;
  location.replace(`/?${new URLSearchParams({ screen: asked.get("screen") })}`);
  return true;
}
