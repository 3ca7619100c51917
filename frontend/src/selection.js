/** Which run is shown: the newest, or the one that was picked. */

import { isEarlier, isOutdated } from "./session.js";

/** @typedef {import("./session.js").Session} Session */

export class Selection {
  /** @type {Session | undefined} */
  shown;
  /** @type {Session | undefined} */
  newest;
  #picked;

  /** @param {string} only The id of the one run to show, whichever is the newest. */
  constructor(only = "") {
    this.only = only;
    this.#picked = only;
  }

  /** Takes a state that the server told. Whether it changes what is shown. */
  receive(/** @type {Session} */ session) {
    if (this.#isNewest(session)) this.newest = session;
    const wanted = this.#picked || this.newest?.session_id;
    if (session.session_id !== wanted || isOutdated(session, this.shown)) return false;
    // Polls, streams that are opened anew and other tabs tell again what is known.
    if (JSON.stringify(session) === JSON.stringify(this.shown)) return false;
    this.shown = session;
    return true;
  }

  /** Shows this one from now on; if it is the newest, then whichever is the newest. */
  pick(/** @type {Session} */ session) {
    this.#picked = session.session_id === this.newest?.session_id ? "" : session.session_id;
    this.shown = session;
  }

  get isEarlier() {
    return !this.only && this.shown?.session_id !== this.newest?.session_id;
  }

  #isNewest(/** @type {Session} */ session) {
    if (!this.newest) return true;
    if (session.session_id === this.newest.session_id) return !isOutdated(session, this.newest);
    return !isEarlier(session, this.newest);
  }
}
