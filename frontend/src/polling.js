import { ask, isRefusal, query, retryAfter } from "./request.js";

/**
 * @typedef {import("./browser.js").World} World
 * @typedef {import("./connection.js").Listener} Listener
 */

export const POLL_INTERVAL = 5_000;
export const LONGEST_DELAY = 30_000;

/** Asks for the latest session again and again. */
export class Polling {
  /** @type {any} */
  #timer;
  /** @type {object | undefined} What answers are still wanted. */
  #turn;

  /**
   * @param {string} url Of the sessions.
   * @param {import("./request.js").Topic} topic
   * @param {Listener} listener Is told the session, and the state, of each answer.
   * @param {World} world
   * @param {number} interval
   */
  constructor(url, topic, listener, world, interval = POLL_INTERVAL) {
    this.url = `${url}latest/?${query(topic)}`;
    this.listener = listener;
    this.world = world;
    this.interval = interval;
  }

  get isOpen() {
    return this.#turn !== undefined;
  }

  /** Asks anew; at once also for a page, or a network, that is back. */
  open(delay = 0) {
    this.close();
    this.#turn = {};
    this.#later(delay);
  }

  close() {
    this.world.clearTimeout(this.#timer);
    this.#turn = undefined;
  }

  #later(/** @type {number} */ delay) {
    this.#timer = this.world.setTimeout(() => this.#poll(), delay);
  }

  async #poll() {
    const turn = this.#turn;
    const response = await ask(this.world, "GET", this.url);
    const latest = await session(response);
    if (turn !== this.#turn) return;
    if (latest) this.listener.session(latest);
    const isAnswered = response?.ok && latest !== undefined;
    this.listener.state(isAnswered ? "polling" : isRefusal(response) ? "refused" : "lost");
    const rest = Math.max(LONGEST_DELAY, retryAfter(response));
    this.#later(Math.max(this.interval, isAnswered ? 0 : rest));
  }
}

/** Null, where none has run yet; nothing, where the answer is not one of this API. */
async function session(/** @type {Response | undefined} */ response) {
  return response?.status === 200 ? response.json().catch(() => undefined) : null;
}
