/** The recent runs, for the visitor to pick from: asked for when the list is opened, then kept right. */

import { browser } from "./browser.js";
import { ask, query } from "./request.js";
import { isEarlier, isOutdated } from "./session.js";

/** @typedef {import("./session.js").Session} Session */

const LONGEST = 10;

export class Runs {
  /** @type {Session[] | undefined} Newest first; nothing where they could not be had. */
  sessions;
  /** @type {Session[] | undefined} What was told since the server was asked. */
  #heard;

  /** @param {() => Promise<{results: Session[]} | undefined>} ask For the first page of the list. */
  constructor(ask) {
    this.ask = ask;
  }

  /** What is told meanwhile may be newer than the answer. */
  async load() {
    /** @type {Session[]} */
    const heard = (this.#heard = []);
    this.sessions = (await this.ask())?.results;
    if (this.#heard === heard) this.#heard = undefined;
    for (const session of heard) this.receive(session);
  }

  find(/** @type {string} */ id) {
    return this.sessions?.find((session) => session.session_id === id);
  }

  receive(/** @type {Session} */ session) {
    this.#heard?.push(session);
    if (!this.sessions || isOutdated(session, this.find(session.session_id))) return;
    const others = this.sessions.filter(({ session_id }) => session_id !== session.session_id);
    this.sessions = [session, ...others].sort((a, b) => (isEarlier(a, b) ? 1 : -1)).slice(0, LONGEST);
  }
}

/** Nothing, where the server does not answer or does not allow it. */
export async function recentRuns(/** @type {string} */ url, /** @type {import("./request.js").Topic} */ topic) {
  const response = await ask(browser, "GET", `${url}?${query(topic)}&limit=${LONGEST}`);
  return response?.ok ? response.json().catch(() => undefined) : undefined;
}
