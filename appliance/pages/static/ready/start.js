// The board of guests begins: its look at once, itself as soon as there are words for it.

import { loadAnew } from "/live/asking.js";
import { applyLook } from "/look/look.js";
import { speak } from "/words/words.js";

applyLook();
const spoken = speak("ready");
import("/ready/ready.js").then(({ openReady }) => spoken.then(openReady), loadAnew);
