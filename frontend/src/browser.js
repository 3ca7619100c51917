/**
 * @typedef {object} World What a page has around it. Times are milliseconds.
 * @property {(url: string) => EventSource} open
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(call: () => void, delay: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} time
 * @property {() => number} random From 0 to 1.
 * @property {LockManager | undefined} locks None, where the page came by http.
 * @property {((name: string) => BroadcastChannel) | undefined} channel
 * @property {Document} document
 * @property {Window} window
 */

/** @type {World} The one that a page really has. */
export const browser = {
  open: (url) => new EventSource(url, { withCredentials: true }),
  fetch: (url, init) => fetch(url, init),
  setTimeout: (call, delay) => setTimeout(call, delay),
  clearTimeout: (timer) => clearTimeout(timer),
  time: Date.now,
  random: Math.random,
  get locks() {
    return navigator.locks;
  },
  get channel() {
    return "BroadcastChannel" in window ? (/** @type {string} */ name) => new BroadcastChannel(name) : undefined;
  },
  get document() {
    return document;
  },
  get window() {
    return window;
  },
};
