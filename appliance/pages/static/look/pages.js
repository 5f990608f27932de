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
