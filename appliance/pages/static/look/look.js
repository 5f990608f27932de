// How this browser shows the pages: layout, size, colours, language, sounds. Chosen by whoever stands
// before it (kept in the browser), else by `?layout=strip&scale=120`, else by the manager of an adopted
// screen (`look` in what the appliance says of it), else what suits its size.

export const LAYOUTS = ["auto", "columns", "strip", "portrait"];
export const SCALES = [70, 85, 100, 120, 140, 170, 200]; // Percent of the usual size of text.
export const COLOURS = ["night", "day", "auto"]; // `auto` is what the browser prefers.
