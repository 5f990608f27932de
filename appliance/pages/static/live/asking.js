// Asking the appliance, and giving up on it in time.

const HEALTH = "/api/v1/kds/health";
const AGAIN_MS = 1000;

/** A signal that ends a request after so long. `AbortSignal.timeout` is too new for old tablets. */
export function within(milliseconds) {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), milliseconds);
  return patience.signal;
}

/**
 * What there is at a path; null for whoever may not see it. Undefined when nobody answers within
 * so long, or with anything else: then it is as it was.
 */
export async function ask(path, milliseconds) {
  try {
    const answer = await fetch(path, { cache: "no-store", signal: within(milliseconds) });
    if (answer.ok) return await answer.json();
    return answer.status === 401 || answer.status === 403 ? null : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Load the page anew as soon as the appliance answers: it went away while parts of the page were
 * loading. Never resolves.
 */
export async function loadAnew() {
  do await new Promise((done) => { setTimeout(done, AGAIN_MS); });
  while ((await ask(HEALTH, AGAIN_MS)) === undefined);
  location.reload();
  return new Promise(() => {});
}
