import { Connection } from "./connection.js";
import { ask, isRefusal } from "./request.js";

export const DOUBT = 30_000; // this long without a word, and the leader is asked for one
export const ANSWER = 5_000; // how long it has, and at most twice as long

/**
 * One stream for all tabs: the one that holds the lock leads, and tells the others what comes.
 *
 * @typedef {import("./browser.js").World} World
 * @typedef {import("./connection.js").State} State
 * @typedef {import("./sharing.js").Feed} Feed
 *
 * @typedef {object} Question Of a tab to the leader.
 * @property {string} from
 * @property {string | undefined} knows The id of the last event that it was told; a new page was told none.
 *
 * @typedef {object} Word Of the leader to all tabs; one without sessions shows that it is there.
 * @property {number} term When its lead began.
 * @property {State} state
 * @property {string | undefined} lastEventId
 * @property {any[]} sessions
 * @property {string | undefined} to Whom it answers. Otherwise it is for all.
 */
export class Tabs {
  #id = crypto.randomUUID();
  #leads = false;
  #term = 0;
  /** @type {any} */
  #timer;
  /** @type {AbortController | undefined} Ends the wait for the lock, or the lead. */
  #turn;
  /** @type {BroadcastChannel | undefined} */
  #channel;

  /**
   * @param {string} url
   * @param {import("./request.js").Topic} topic
   * @param {Feed} feed
   * @param {World} world
   */
  constructor(url, topic, feed, world) {
    this.feed = feed;
    this.world = world;
    const listener = {
      session: (/** @type {any} */ session) => {
        feed.session(session);
        this.#say([session]);
      },
      state: (/** @type {State} */ state) => this.#become(state),
    };
    this.connection = new Connection(url, topic, listener, world);
    this.name = this.connection.url;
  }

  /** Joins the other tabs; the leader opens the stream anew, also for a network that is back. */
  open() {
    if (this.#leads) return this.connection.open();
    if (this.#channel) return;
    this.#channel = this.world.channel?.(this.name);
    this.#channel?.addEventListener("message", ({ data }) => this.#hear(data));
    this.#follow();
  }

  /** The lock goes to the next tab. */
  close() {
    this.#stop();
    this.#turn?.abort();
    this.#channel?.close();
    this.#channel = undefined;
  }

  #stop() {
    this.world.clearTimeout(this.#timer);
    this.connection.close();
    this.#leads = false;
  }

  #follow() {
    this.#stop();
    this.#request();
    this.#ask();
  }

  #lead() {
    this.world.clearTimeout(this.#timer);
    this.#leads = true;
    this.#term = Math.max(this.world.time(), this.#term + 1);
    this.connection.lastEventId ??= "";
    this.#say([]);
    this.connection.open();
  }

  /** A leader that is robbed of the lock was thought frozen, and follows the thief. */
  #request(steal = false) {
    this.#turn?.abort();
    const turn = (this.#turn = new AbortController());
    const lead = () => {
      if (turn.signal.aborted) return;
      this.#lead();
      return new Promise((release) => turn.signal.addEventListener("abort", release));
    };
    this.world.locks
      ?.request(this.name, steal ? { steal } : { signal: turn.signal }, lead)
      .catch((error) => {
        if (turn.signal.aborted) return;
        if (error.name === "AbortError") this.#follow();
        else this.#lead(); // alone: there are no locks for a page like this one
      });
  }

  /** A leader that does not answer is frozen, as in a computer that was put to sleep. */
  #ask() {
    this.#post({ from: this.#id, knows: this.connection.lastEventId });
    // Not in step with other tabs: one thief is enough.
    this.#after(ANSWER * (1 + this.world.random()), () => this.#request(true));
  }

  #after(/** @type {number} */ delay, /** @type {() => void} */ call) {
    this.world.clearTimeout(this.#timer);
    this.#timer = this.world.setTimeout(call, delay);
  }

  #hear(/** @type {Question | Word} */ message) {
    if ("from" in message) return this.#leads && this.#answer(message);
    // A leader that thaws does not know yet that it leads no more.
    if (this.#leads || message.term < this.#term) return;
    // The leader before may have gone with a question of this tab.
    if (message.term > this.#term && message.to !== this.#id) this.#ask();
    this.#term = message.term;
    this.#after(DOUBT, () => this.#ask());
    this.connection.lastEventId = message.lastEventId;
    this.#become(message.state);
    if (message.to && message.to !== this.#id) return;
    for (const session of message.sessions) this.feed.session(session);
  }

  async #answer(/** @type {Question} */ { from, knows }) {
    const isInTrouble = ["lost", "refused"].includes(this.feed.current);
    // For a new tab, somebody may have logged in who may not see what is known.
    if (!knows && !isInTrouble && (await this.#isRefused())) return this.connection.open();
    if (!this.#leads) return;
    const sessions = [...this.feed.sessions.values()];
    // That a run stalls is told by the id of its last push once more.
    if (knows === this.connection.lastEventId) return this.#say(sessions.filter(isStale), from);
    if (knows) this.connection.lastEventId = knows;
    this.#say(sessions, from);
    // A tab that was away may have missed more than is known here.
    if (knows || isInTrouble) this.connection.open();
  }

  /** An open stream is of who was logged in when it was opened. */
  async #isRefused() {
    const response = await ask(this.world, "HEAD", this.connection.url);
    return this.#leads && isRefusal(response);
  }

  #become(/** @type {State} */ state) {
    this.feed.state(state);
    if (this.#leads) this.#say([]);
    if (state === "off") this.close();
  }

  #say(/** @type {any[]} */ sessions, /** @type {string | undefined} */ to = undefined) {
    const { lastEventId } = this.connection;
    this.#post({ term: this.#term, state: this.feed.current, lastEventId, sessions, to });
  }

  #post(/** @type {Question | Word} */ message) {
    this.#channel?.postMessage(message);
  }
}

function isStale(/** @type {any} */ session) {
  return session.is_stale;
}
