/**
 * @typedef {import("./browser.js").World} World
 *
 * @typedef {{workflow: string, skill?: string}} Topic
 */

export const PATIENCE = 10_000; // with an answer: a network may swallow what is asked
export const LONGEST_WAIT = 24 * 3600 * 1000; // a timer for more than 24 days is due at once

export function query(/** @type {Topic} */ { workflow, skill }) {
  const query = new URLSearchParams({ workflow_id: workflow });
  if (skill) query.set("skill_id", skill);
  return query;
}

/**
 * Nothing, where no server answers. Neither does the rest of an answer take for ever.
 *
 * @param {World} world
 * @param {"GET" | "HEAD"} method
 * @param {string} url
 */
export function ask(world, method, url) {
  const controller = new AbortController();
  world.setTimeout(() => controller.abort(), PATIENCE);
  /** @type {RequestInit} */
  const init = { credentials: "include", redirect: "manual", cache: "no-cache" };
  return world
    .fetch(url, { method, ...init, signal: controller.signal })
    .catch(() => undefined);
}

/** A redirect leads to a form to log in; a project that one may not see is one that is not there. */
export function isRefusal(/** @type {Response | undefined} */ response) {
  return response?.type === "opaqueredirect" || [401, 403, 404].includes(response?.status ?? 0);
}

/** For how long the server asks to be left alone. */
export function retryAfter(/** @type {Response | undefined} */ response) {
  const wait = Number(response?.headers.get("Retry-After")) * 1000;
  return Math.min(wait || 0, LONGEST_WAIT);
}
