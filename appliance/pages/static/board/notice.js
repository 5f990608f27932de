// What came of a press, over the cards and for a while.

const NOTICE_MS = 15000;
const DONE_MS = 5000; // That what was asked for is done.

let noticed = 0; // the timer that takes a notice away again

/** Say what went wrong, or was done, for a while; without `parts`, say nothing any more. */
export function notice(parts, kind = "warning") {
  const place = document.getElementById("notice");
  clearTimeout(noticed);
  place.hidden = !parts;
  place.className = `banner ${kind}`;
  place.replaceChildren(...(parts ?? []));
  if (parts) noticed = setTimeout(notice, kind === "done" ? DONE_MS : NOTICE_MS);
}
