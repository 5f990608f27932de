// Durations as the configuration writes them: `90s`, `8m`, `1h30m`.

/** How many seconds; NaN for what is none. */
export function secondsOf(text) {
  const found = /^([+-]?)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (!found || text === "") return NaN;
  const [hours, minutes, seconds] = found.slice(2).map((part) => Number(part ?? 0));
  return (found[1] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

/** So many seconds, in the shortest way. */
export function textOf(seconds) {
  const whole = Math.round(Math.abs(seconds));
  const parts = [[Math.floor(whole / 3600), "h"], [Math.floor(whole / 60) % 60, "m"], [whole % 60, "s"]];
  const text = parts.filter(([count]) => count).map(([count, unit]) => `${count}${unit}`).join("");
  return `${seconds < 0 && text ? "-" : ""}${text || "0s"}`;
}
