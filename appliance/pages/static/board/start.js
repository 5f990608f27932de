// The board begins: its look at once, itself as soon as there are words for it.

import { loadAnew } from "/live/asking.js";
import { applyLook } from "/look/look.js";
import { speak } from "/words/words.js";

applyLook();
const spoken = speak("board", "live", "pages");
import("/board/board.js").then(({ openBoard }) => spoken.then(openBoard), loadAnew);
