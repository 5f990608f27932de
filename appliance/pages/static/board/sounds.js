// What the board sounds like: made here, of no file. A browser plays nothing before it was touched.

const TOGETHER_MS = 1500; // What comes meanwhile has been heard.
const VOLUME = 0.5;
const TOUCHES = ["pointerup", "touchend", "click", "keydown"]; // Browsers differ in which they take for one.
/** Each is notes of so many hertz, one after the other. The more urgent, the longer and the higher. */
const TUNES = {
  order: { urgency: 0, seconds: 0.14, notes: [660, 880] },
  late: { urgency: 1, seconds: 0.16, notes: [740, 587, 740] },
  call: { urgency: 2, seconds: 0.22, notes: [988, 784, 988, 784] },
  "very-late": { urgency: 3, seconds: 0.12, notes: [1047, 1047, 1047, 1047, 1047] },
};

/** `told(isLocked)` says whether a touch is wanted before anything can be heard. */
export function watchSounds(told) {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  const context = Context ? new Context() : null;
  let playing = { until: -Infinity, urgency: 0 };

  const tell = () => told(context?.state !== "running");
  const unlock = () => context?.resume();
  if (context) context.onstatechange = tell;
  for (const event of TOUCHES) addEventListener(event, unlock, true);
  tell();

  return {
    play(tune) {
      const { urgency } = TUNES[tune];
      const now = performance.now();
      if (context?.state !== "running") return;
      if (now < playing.until && urgency <= playing.urgency) return;
      playing = { until: now + TOGETHER_MS, urgency };
      sound(context, TUNES[tune]);
    },
  };
}

function sound(context, { seconds, notes }) {
  notes.forEach((hertz, place) => {
    const begin = context.currentTime + place * seconds * 1.25;
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    tone.type = "triangle";
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0, begin);
    loudness.gain.linearRampToValueAtTime(VOLUME, begin + 0.015);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + seconds);
    tone.connect(loudness).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + seconds);
  });
}
