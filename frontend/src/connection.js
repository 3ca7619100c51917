import { LONGEST_DELAY, POLL_INTERVAL, Polling } from "./polling.js";
import { ask, isRefusal, query, retryAfter } from "./request.js";

/**
 * Keeps a page connected to a stream of wizard sessions, and never gives up wrongly.
 *
 * Nothing of a browser is used but what is given: so tests need no browser, and no patience.
 *
 * @typedef {import("./browser.js").World} World
 *
 * @typedef {"connecting" | "live" | "polling" | "lost" | "refused" | "off" | "resting"} State
 *
 * @typedef {object} Listener
 * @property {(session: any) => void} session Is told each state of a session that the server sends.
 * @property {(state: State) => void} state Is told what becomes of the connection.
 */

export const SILENCE = 45_000; // the contract has a heartbeat every 15 seconds
export const SHORTEST_DELAY = 2_000;

export class Connection {
  /** @type {State} */
  state = "connecting";
  /** @type {string | undefined} Where to go on: whoever opens it may know of more than it saw itself. */
  lastEventId;
  #failures = 0;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {Map<string, any>} */
  #timers = new Map();

  /**
   * @param {string} url Of the sessions, as in `/api/projects/1/wizard/sessions/`.
   * @param {import("./request.js").Topic} topic
   * @param {Listener} listener
   * @param {World} world
   */
  constructor(url, topic, listener, world) {
    this.url = `${url}stream/?${query(topic)}&heartbeat=event`;
    this.listener = listener;
    this.world = world;
    const heard = {
      session: (/** @type {any} */ session) => listener.session(session),
      state: (/** @type {State} */ state) => this.#become(state),
    };
    /** While the stream shows nothing: a proxy may hold it back, or the server have too many. */
    this.polling = new Polling(url, topic, heard, world);
  }

  /** Opens the stream anew and at once; also for a page, or a network, that is back. */
  open() {
    // The server was asked why, and has not answered yet.
    if (this.state === "live" && this.#failures > 0) this.#become("lost");
    this.#disconnect();
    const source = this.world.open(this.#urlToGoOn());
    this.#source = source;
    source.addEventListener("ping", () => this.#hear());
    source.addEventListener("message", ({ data, lastEventId }) => {
      this.lastEventId = lastEventId;
      this.#hear();
      this.listener.session(JSON.parse(data));
    });
    // Servers end a stream from time to time: no reason for alarm.
    source.addEventListener("end", () => this.#reopenLater());
    source.addEventListener("error", () => this.#fail());
    this.#after("silence", SILENCE, () => this.#fail());
    if (!this.polling.isOpen) this.polling.open(POLL_INTERVAL);
  }

  /** Lets go of the stream, and forgets what became of it. */
  close() {
    this.#disconnect();
    this.polling.close();
    this.#failures = 0;
    this.state = "connecting";
  }

  /** A new EventSource cannot send the header. */
  #urlToGoOn() {
    if (!this.lastEventId) return this.url;
    return `${this.url}&${new URLSearchParams({ last_event_id: this.lastEventId })}`;
  }

  #hear() {
    this.#failures = 0;
    this.polling.close();
    this.#after("silence", SILENCE, () => this.#fail());
    this.#become("live");
  }

  /** An EventSource does not tell why it failed: the server is asked. */
  async #fail() {
    this.#reopenLater();
    this.#failures += 1;
    const reopening = this.#timers.get("reopening");
    const response = await ask(this.world, "HEAD", this.#urlToGoOn());
    if (reopening !== this.#timers.get("reopening")) return;
    if (response?.status === 204) return this.#end();
    if (isRefusal(response)) this.#refused();
    else if (this.state !== "polling") this.#become("lost");
    const wait = retryAfter(response);
    if (wait > LONGEST_DELAY) this.#reopenLater(wait);
  }

  /** A poll would be refused too. */
  #refused() {
    this.polling.close();
    this.#become("refused");
  }

  /** The server wants no stream, and never again of this page. */
  #end() {
    this.close();
    this.#become("off");
  }

  #reopenLater(delay = this.#delay()) {
    this.#disconnect();
    this.#after("reopening", delay, () => this.open());
  }

  /** Longer each time, and never in step with other pages. */
  #delay() {
    const longest = Math.min(SHORTEST_DELAY * 2 ** (this.#failures + 1), LONGEST_DELAY);
    return SHORTEST_DELAY + this.world.random() * (longest - SHORTEST_DELAY);
  }

  #become(/** @type {State} */ state) {
    if (state === this.state) return;
    this.state = state;
    this.listener.state(state);
  }

  #disconnect() {
    this.#source?.close();
    this.#source = undefined;
    this.#cancel("silence");
    this.#cancel("reopening");
  }

  #after(/** @type {string} */ name, /** @type {number} */ delay, /** @type {() => void} */ call) {
    this.#cancel(name);
    const timer = this.world.setTimeout(() => {
      this.#timers.delete(name);
      call();
    }, delay);
    this.#timers.set(name, timer);
  }

  #cancel(/** @type {string} */ name) {
    this.world.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
