// Within the page: when an event came and when it was painted, and when the first ticket was.

(() => {
  const frame = new MessageChannel();
  const waiting = new Map(); // by station, when what is not drawn yet was received
  let drawn = []; // The same, of what the frame that comes next shows.
  let isFirst = true;
  let seen = 0;
  let told = () => {};
  const isSettled = () => glass.took.length > seen && !waiting.size && !drawn.length;
  window.glass = {
    took: [], // Milliseconds of each event.
    first: null, // Milliseconds since the navigation.
    /** Something has come since this was asked last, and all of it is painted. */
    async settled() {
      if (!isSettled()) await new Promise((done) => { told = done; });
      seen = glass.took.length;
    },
    /** There is a ticket. */
    async begun() {
      if (glass.first === null) await new Promise((done) => { told = done; });
      return glass.first;
    },
  };
  const Source = WebSocket;
  window.WebSocket = class extends Source {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const { type, payload } = JSON.parse(data);
        if (!/^kds\.ticket\.(created|bumped)$/.test(type)) return;
        const station = payload.ticket.station_id;
        waiting.set(station, [...waiting.get(station) ?? [], performance.now()]);
      });
    }
  };
  frame.port1.onmessage = ({ data }) => {
    const now = performance.now();
    if (data.isNow) glass.first = now; // Counted from the navigation.
    glass.took.push(...data.drawn.map((at) => now - at));
    if (data.isNow || isSettled()) told();
  };
  /** The next message is heard when the frame has been laid out and painted. */
  function afterFrame() {
    requestAnimationFrame(() => {
      const isNow = isFirst && document.querySelector(".ticket") !== null;
      isFirst &&= !isNow;
      frame.port2.postMessage({ drawn, isNow });
      drawn = [];
    });
  }
  new MutationObserver((records) => {
    const before = drawn.length;
    for (const { target } of records) {
      const station = target.closest?.(".station")?.dataset.station;
      if (!target.matches?.(".count") || !waiting.has(station)) continue;
      drawn.push(...waiting.get(station));
      waiting.delete(station);
    }
    if (isFirst || drawn.length > before) afterFrame();
  }).observe(document, { childList: true, subtree: true });
})();
