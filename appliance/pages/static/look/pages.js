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

/** Go where an adopted screen belongs, by what it `shows`; whether that is another page than this. */
export function leadOn(screen) {
  const station = encodeURIComponent(screen?.station_id ?? "");
  const paths = { board: "/", pass: `/pass?station=${station}`, ready: "/ready" };
  const path = paths[screen?.shows];
  const isElsewhere = Boolean(path) && path.split("?")[0] !== location.pathname;
  if (isElsewhere) location.replace(path);
  return isElsewhere;
}
