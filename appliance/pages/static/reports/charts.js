// Charts in SVG: bars in layers, and lines with a threshold. The numbers stand in a table as well.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 240;
const MARGIN = { top: 20, bottom: 28, start: 48, end: 8 };
const TICK_PX = 56; // Between two labels below.
const STEPS = [1, 2, 5];

/**
 * Bars of so many layers. `columns`: `[{ label, parts: [number, ...], press }]`, the parts from below;
 * `words`: its title, what it shows, and `of(value)` for the scale at the side.
 */
export function drawBars(place, columns, words) {
  const most = Math.max(1, ...columns.map(({ parts }) => sum(parts)));
  const { svg, x, y, width } = frame(place, columns, niceSteps(most), words);
  columns.forEach(({ parts, label }, column) => {
    let below = 0;
    parts.forEach((part, layer) => {
      if (!part) return;
      const bar = shape("rect", {
        x: x(column) + width * 0.12, width: width * 0.76,
        y: y(below + part), height: Math.max(0, y(below) - y(below + part) - 1),
        class: `layer-${layer % 8}`,
      });
      below += part;
      svg.append(bar);
    });
    if (below) svg.append(text(words.of(below), x(column) + width / 2, y(below) - 3, "value"));
  });
  pressable(svg, columns, x, width);
}

/**
 * Lines. `lines`: `[{ kind, values: [number or null, ...] }]`, with a mark of its own for each kind;
 * `threshold`: a value, and the words for it.
 */
export function drawLines(place, columns, lines, threshold, words) {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const steps = minuteSteps(Math.max(threshold.value * 1.2, ...values));
  const { svg, x, y, width, inner, isTurned } = frame(place, columns, steps, words);
  const at = y(threshold.value);
  svg.append(shape("line", { x1: inner.left, x2: inner.right, y1: at, y2: at, class: "threshold" }));
  svg.append(text(threshold.words, isTurned ? inner.left + 4 : inner.right - 4, at - 4, "threshold-words"));
  for (const { kind, values: own } of lines) {
    let path = "";
    own.forEach((value, column) => {
      if (value === null) return;
      const isNew = column === 0 || own[column - 1] === null;
      path += `${isNew ? "M" : "L"}${x(column) + width / 2} ${y(value)}`;
    });
    svg.append(shape("path", { d: path, class: `line ${kind}` }));
    own.forEach((value, column) => {
      if (value !== null) svg.append(mark(kind, x(column) + width / 2, y(value)));
    });
  }
  pressable(svg, columns, x, width);
}

/** Axes and labels; what is returned turns columns and values into places. */
function frame(place, columns, steps, words) {
  const whole = Math.max(280, place.clientWidth);
  const isTurned = getComputedStyle(place).direction === "rtl";
  const inner = isTurned
    ? { left: MARGIN.end, right: whole - MARGIN.start }
    : { left: MARGIN.start, right: whole - MARGIN.end };
  const width = (inner.right - inner.left) / columns.length;
  const x = (column) => inner.left + width * (isTurned ? columns.length - 1 - column : column);
  const top = steps[steps.length - 1];
  const room = HEIGHT - MARGIN.top - MARGIN.bottom;
  const y = (value) => MARGIN.top + room * (1 - value / top);
  const svg = shape("svg", { viewBox: `0 0 ${whole} ${HEIGHT}`, width: whole, height: HEIGHT, role: "img" });
  const title = shape("title", {});
  title.textContent = words.title;
  const desc = shape("desc", {});
  desc.textContent = words.shows;
  svg.append(title, desc);
  svg.setAttribute("aria-label", `${words.title}. ${words.shows}`);
  for (const step of steps) {
    svg.append(shape("line", { x1: inner.left, x2: inner.right, y1: y(step), y2: y(step), class: "grid" }));
    const side = isTurned ? inner.right + 6 : inner.left - 6;
    svg.append(text(words.of(step), side, y(step) + 5, "side"));
  }
  const every = Math.max(1, Math.ceil(TICK_PX / width));
  columns.forEach(({ label }, column) => {
    if (column % every === 0) svg.append(text(label, x(column) + width / 2, HEIGHT - 8, "below"));
  });
  place.replaceChildren(svg);
  return { svg, x, y, width, inner, isTurned };
}

/** The whole height of a column is pressed; whoever has no pointer has the table. */
function pressable(svg, columns, x, width) {
  columns.forEach(({ press, isChosen }, column) => {
    const area = shape("rect", {
      x: x(column), width, y: 0, height: HEIGHT, class: isChosen ? "hour chosen" : "hour",
    });
    area.addEventListener("click", press);
    svg.append(area);
  });
}

/** A circle for the median, a square for what nine of ten stayed below. */
function mark(kind, x, y) {
  if (kind === "median") return shape("circle", { cx: x, cy: y, r: 5, class: `mark ${kind}` });
  return shape("rect", { x: x - 5, y: y - 5, width: 10, height: 10, class: `mark ${kind}` });
}

/** Round numbers from nothing to at least this. */
function niceSteps(most) {
  let step = 1;
  for (let place = 0; most / step > 5; place += 1) {
    step = STEPS[place % STEPS.length] * 10 ** Math.floor(place / STEPS.length);
  }
  return upTo(most, step);
}

/** Seconds: whole minutes, and not too many of them. */
function minuteSteps(most) {
  const step = [60, 120, 300, 600, 1200, 1800, 3600].find((each) => most / each <= 6);
  return upTo(most, step ?? Math.ceil(most / 6 / 3600) * 3600);
}

function upTo(most, step) {
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, place) => place * step);
}

function sum(numbers) {
  return numbers.reduce((one, other) => one + other, 0);
}

function text(words, x, y, kind) {
  const made = shape("text", { x, y, class: kind });
  made.textContent = words;
  return made;
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
