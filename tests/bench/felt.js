// Within the page: when an event came, and when the board was drawn without a card.

(() => {
  const received = new Map(), drawn = new Map(), asked = new Map(), frame = new MessageChannel();
  let changed = [];
  const Source = WebSocket;
  window.WebSocket = class extends Source {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const { seq } = JSON.parse(data);
        if (seq && !received.has(seq)) received.set(seq, performance.now());
      });
    }
  };
  const isThere = (ticket) => document.querySelector(`[data-ticket="${ticket}"]`);
  frame.port1.onmessage = ({ data }) => {
    for (const ticket of data) {
      drawn.set(ticket, performance.now());
      asked.get(ticket)?.();
    }
  };
  new MutationObserver((records) => {
    const gone = records.flatMap(({ removedNodes }) => [...removedNodes])
      .map((node) => node.dataset?.ticket).filter((ticket) => ticket && !isThere(ticket));
    if (!gone.length) return;
    if (!changed.length) {
      requestAnimationFrame(() => {
        frame.port2.postMessage(changed); // Comes when this frame is laid out and painted.
        changed = [];
      });
    }
    changed.push(...gone);
  }).observe(document, { childList: true, subtree: true });
  window.bumped = async (seq, ticket) => {
    if (!drawn.has(ticket)) await new Promise((done) => asked.set(ticket, done));
    const at = { received: received.get(seq), drawn: drawn.get(ticket) };
    drawn.delete(ticket);
    asked.delete(ticket);
    return at;
  };
})();
