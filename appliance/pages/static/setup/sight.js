// What is done again and again only while somebody can see it.

/** Call `look()` at once and `milliseconds` after it has ended, as long as `place` is in sight. */
export function whileInSight(place, milliseconds, look) {
  let isInSight = false;
  let isLooking = false;
  async function go() {
    if (isLooking) return;
    isLooking = true;
    while (isInSight) {
      await look();
      await new Promise((next) => { setTimeout(next, milliseconds); });
    }
    isLooking = false;
  }
  new IntersectionObserver((seen) => {
    isInSight = seen[seen.length - 1].isIntersecting;
    go();
  }).observe(place);
}
