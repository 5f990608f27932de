// What buttons and bump bars do as somebody presses them, for whoever stands beside them.

const PRESSES = "/api/v1/kds/setup/presses";
const SILENT_MS = 5000; // It speaks every two seconds.
const AGAIN_MS = 2000;

/**
 * Tell `hear(press)` of each press while `place` is in sight, and `link(isHeard)` whether it would be.
 */
export function listenToPresses(place, hear, link) {
  let stream = null;
  let heardAt = 0;
  let timer = 0;

  function open() {
    heardAt = performance.now();
    stream = new EventSource(PRESSES);
    stream.onmessage = ({ data }) => {
      heardAt = performance.now();
      link(true);
      const press = JSON.parse(data);
      if (press.device) hear(press);
    };
  }

  function watch() {
    const isSilent = performance.now() - heardAt > SILENT_MS;
    if (isSilent) link(false);
    if (isSilent || stream.readyState === EventSource.CLOSED) {
      stream.close();
      const since = heardAt;
      open();
      heardAt = since; // It is silent until it is heard.
    }
  }

  function close() {
    clearInterval(timer);
    stream?.close();
    stream = null;
  }

  new IntersectionObserver((seen) => {
    const isInSight = seen[seen.length - 1].isIntersecting;
    if (isInSight && !stream) {
      open();
      timer = setInterval(watch, AGAIN_MS);
    } else if (!isInSight) {
      close();
    }
  }).observe(place);
}
