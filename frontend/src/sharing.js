import { Connection } from "./connection.js";
/** @returns {() => void} */
export function subscribe(/** @type {string} */ url, /** @type {any} */ topic, /** @type {any} */ listener, /** @type {any} */ _options = {}) {
  const world = { open: (/** @type {string} */ u) => new EventSource(u, { withCredentials: true }), fetch: fetch.bind(window), setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window), random: Math.random };
  const connection = new Connection(url, topic, listener, world);
  connection.open();
  return () => connection.rest();
}
