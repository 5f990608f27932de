// The page of the pass begins: its look at once, itself as soon as there are words for it.

import { loadAnew } from "/live/asking.js";
import { applyLook } from "/look/look.js";
import { speak } from "/words/words.js";

applyLook();
const spoken = speak("pages", "pass", "board", "live");
import("/pass/pass.js").then(({ openPass }) => spoken.then(openPass), loadAnew);
