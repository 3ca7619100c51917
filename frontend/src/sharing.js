import { browser } from "./browser.js";
import { Connection } from "./connection.js";
import { Polling } from "./polling.js";
import { whilePresent } from "./presence.js";
import { query } from "./request.js";
import { Tabs } from "./tabs.js";

/**
 * @typedef {import("./browser.js").World} World
 * @typedef {import("./connection.js").Listener} Listener
 * @typedef {import("./connection.js").State} State
 * @typedef {import("./request.js").Topic} Topic
 */

export const MOST_SESSIONS = 50; // as many as the server's stream keeps up with
const SHORTEST_POLL = 1; // second
const LONGEST_POLL = 24 * 3600; // a timer for more than 24 days is due at once

/** @type {Map<string, Feed>} */
const feeds = new Map();

/**
 * Listens to the sessions of a topic, by one stream for all components of the page and all tabs.
 *
 * @param {string} url Of the sessions, as in `/api/projects/1/wizard/sessions/`.
 * @param {Topic} topic
 * @param {Listener} listener Is told at once what is known, the latest last.
 * @param {{poll?: number | string | null, world?: World}} options With `poll`, in seconds, there is no stream.
 * @returns {() => void} Ends it.
 */
export function subscribe(url, topic, listener, { poll, world = browser } = {}) {
  const address = new URL(url, world.document.baseURI).href;
  const interval = poll == null ? 0 : pollInterval(Number(poll));
  const key = `${address} ${query(topic)} ${interval}`;
  const feed = feeds.get(key) ?? new Feed(address, topic, interval, world);
  feeds.set(key, feed);
  feed.add(listener);
  return () => {
    if (feed.remove(listener)) feeds.delete(key);
  };
}

function pollInterval(/** @type {number} */ seconds) {
  return Math.min(Math.max(seconds || 0, SHORTEST_POLL), LONGEST_POLL) * 1000;
}

/** What is known of a topic, and who wants to know. */
export class Feed {
  /** @type {Map<string, any>} By their ids; the one that came last is the last. */
  sessions = new Map();
  /** @type {State} */
  current = "resting";
  /** @type {Set<Listener>} */
  #listeners = new Set();
  #leave = () => {};

  /**
   * @param {string} url
   * @param {Topic} topic
   * @param {number} interval Of polls; 0 for a stream.
   * @param {World} world
   */
  constructor(url, topic, interval, world) {
    this.world = world;
    const Streaming = world.locks && world.channel ? Tabs : Connection;
    this.source = interval
      ? new Polling(url, topic, this, world, interval)
      : new Streaming(url, topic, this, world);
  }

  add(/** @type {Listener} */ listener) {
    if (!this.#listeners.size) this.#begin();
    this.#listeners.add(listener);
    listener.state(this.current);
    for (const session of this.sessions.values()) listener.session(session);
  }

  /** Whether it was the last one, and the feed is of no more use. */
  remove(/** @type {Listener} */ listener) {
    if (!this.#listeners.delete(listener) || this.#listeners.size) return false;
    this.#leave();
    return this.current !== "off";
  }

  session(/** @type {any} */ session) {
    this.sessions.delete(session.session_id);
    this.sessions.set(session.session_id, session);
    if (this.sessions.size > MOST_SESSIONS) this.sessions.delete([...this.sessions.keys()][0]);
    for (const listener of this.#listeners) listener.session(session);
  }

  state(/** @type {State} */ state) {
    if (state === this.current) return;
    this.current = state;
    // Whoever logs in next may not be the one who could see them.
    if (state === "refused") this.sessions.clear();
    for (const listener of this.#listeners) listener.state(state);
  }

  #begin() {
    const open = () => {
      if (this.current === "off") return;
      if (this.current === "resting") this.state("connecting");
      this.source.open();
    };
    const close = () => {
      this.source.close();
      if (this.current !== "off") this.state("resting");
    };
    this.#leave = whilePresent(this.world, open, close);
  }
}
