/**
 * Keeps a page connected to a stream of wizard sessions, and never gives up wrongly.
 *
 * Nothing of a browser is used but what is given: so tests need no browser, and no patience.
 *
 * @typedef {"connecting" | "live" | "polling" | "lost" | "refused" | "off" | "resting"} State
 *
 * @typedef {object} World What a page has around it. Times are milliseconds.
 * @property {(url: string) => EventSource} open
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(call: () => void, delay: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random From 0 to 1.
 *
 * @typedef {object} Listener
 * @property {(session: any) => void} session Is told each state of a session that the server sends.
 * @property {(state: State) => void} state Is told what becomes of the connection.
 */

export const SILENCE = 45_000; // the contract has a heartbeat every 15 seconds
export const POLL_INTERVAL = 5_000; // also how long a stream may show nothing before it is polled
export const SHORTEST_DELAY = 2_000;
export const LONGEST_DELAY = 30_000;
export const PATIENCE = 10_000; // with an answer: a network may swallow what is asked

export class Connection {
  /** @type {State} */
  state = "connecting";
  #lastEventId = "";
  #failures = 0;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {object | undefined} What answer of a poll is still wanted. */
  #poll;
  /** @type {Map<string, any>} */
  #timers = new Map();

  /**
   * @param {string} url Of the sessions, as in `/api/projects/1/wizard/sessions/`.
   * @param {{workflow: string, skill?: string}} topic
   * @param {Listener} listener
   * @param {World} world
   */
  constructor(url, { workflow, skill = "" }, listener, world) {
    this.url = url;
    this.query = new URLSearchParams({ workflow_id: workflow });
    if (skill) this.query.set("skill_id", skill);
    this.listener = listener;
    this.world = world;
  }

  /** Opens the stream anew and at once; also for a page, or a network, that is back. */
  open() {
    if (this.state === "off") return;
    if (this.state === "resting") this.#become("connecting");
    // The server was asked why, and has not answered yet.
    if (this.state === "live" && this.#failures > 0) this.#become("lost");
    this.#close();
    const source = this.world.open(this.#streamUrl());
    this.#source = source;
    source.addEventListener("ping", () => this.#hear());
    source.addEventListener("message", ({ data, lastEventId }) => {
      this.#lastEventId = lastEventId;
      this.#hear();
      this.listener.session(JSON.parse(data));
    });
    // Servers end a stream from time to time: no reason for alarm.
    source.addEventListener("end", () => this.#reopenLater());
    source.addEventListener("error", () => this.#fail());
    this.#after("silence", SILENCE, () => this.#fail());
    if (!this.#timers.has("poll")) this.#pollLater(POLL_INTERVAL);
  }

  /** Lets go of the stream, for a page that nobody sees. */
  rest() {
    if (this.state !== "off") this.#stop("resting");
  }

  #streamUrl() {
    const query = new URLSearchParams(this.query);
    query.set("heartbeat", "event");
    // A new EventSource cannot send the header.
    if (this.#lastEventId) query.set("last_event_id", this.#lastEventId);
    return `${this.url}stream/?${query}`;
  }

  #hear() {
    this.#failures = 0;
    this.#stopPolling();
    this.#after("silence", SILENCE, () => this.#fail());
    this.#become("live");
  }

  /** An EventSource does not tell why it failed: the server is asked. */
  async #fail() {
    this.#reopenLater();
    this.#failures += 1;
    const reopening = this.#timers.get("reopening");
    const response = await this.#ask("HEAD", this.#streamUrl());
    if (reopening !== this.#timers.get("reopening")) return;
    if (response?.status === 204) this.#stop("off");
    else if (isRefusal(response)) this.#refused();
    else if (this.state !== "polling") this.#become("lost");
    const wait = Number(response?.headers.get("Retry-After")) * 1000;
    if (wait > LONGEST_DELAY) this.#reopenLater(wait);
  }

  #refused() {
    this.#stopPolling();
    this.#become("refused");
  }

  #reopenLater(delay = this.#delay()) {
    this.#close();
    this.#after("reopening", delay, () => this.open());
  }

  /** Longer each time, and never in step with other pages. */
  #delay() {
    const longest = Math.min(SHORTEST_DELAY * 2 ** (this.#failures + 1), LONGEST_DELAY);
    return SHORTEST_DELAY + this.world.random() * (longest - SHORTEST_DELAY);
  }

  #pollLater(/** @type {number} */ delay) {
    this.#after("poll", delay, () => this.#pollOnce());
  }

  /** While the stream shows nothing: a proxy may hold it back, or the server have too many. */
  async #pollOnce() {
    const poll = (this.#poll = {});
    const response = await this.#ask("GET", `${this.url}latest/?${this.query}`);
    const session = response?.status === 200 ? await response.json().catch(() => null) : null;
    if (poll !== this.#poll) return;
    if (session) this.listener.session(session);
    if (isRefusal(response)) return this.#refused();
    this.#become(response?.ok ? "polling" : "lost");
    this.#pollLater(response?.ok ? POLL_INTERVAL : LONGEST_DELAY);
  }

  #stopPolling() {
    this.#cancel("poll");
    this.#poll = undefined;
  }

  /** Nothing, where no server answers. */
  #ask(/** @type {string} */ method, /** @type {string} */ url) {
    const controller = new AbortController();
    const timer = this.world.setTimeout(() => controller.abort(), PATIENCE);
    /** @type {RequestInit} */
    const init = { credentials: "include", redirect: "manual", cache: "no-cache" };
    return this.world
      .fetch(url, { method, ...init, signal: controller.signal })
      .catch(() => undefined)
      .finally(() => this.world.clearTimeout(timer));
  }

  #become(/** @type {State} */ state) {
    if (state === this.state) return;
    this.state = state;
    this.listener.state(state);
  }

  #stop(/** @type {State} */ state) {
    this.#close();
    this.#stopPolling();
    this.#become(state);
  }

  #close() {
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

/** A redirect leads to a form to log in. */
function isRefusal(/** @type {Response | undefined} */ response) {
  return response?.type === "opaqueredirect" || [401, 403].includes(response?.status ?? 0);
}
