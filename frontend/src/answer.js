import { browser } from "./browser.js";
import { LONGEST_DELAY } from "./polling.js";
import { ask, retryAfter } from "./request.js";

const NONE = [204, 404];

/**
 * Asks for a session until the server answers: null, where there is none; nothing, where it is wanted no longer.
 *
 * @param {string} url
 * @param {() => boolean} isWanted
 * @param {import("./browser.js").World} world
 */
export async function answer(url, isWanted, world = browser) {
  while (isWanted()) {
    const response = await ask(world, "GET", url);
    const session = response?.status === 200 ? await response.json().catch(() => undefined) : undefined;
    if (!isWanted()) return undefined;
    if (session) return session;
    if (NONE.includes(response?.status ?? 0)) return null;
    const delay = Math.max(LONGEST_DELAY, retryAfter(response));
    await new Promise((resolve) => world.setTimeout(() => resolve(undefined), delay));
  }
}
