/** @typedef {import("./browser.js").World} World */

export const GRACE = 30_000; // for a page in the background, which may soon be back

/**
 * Opens while the page may be seen, and closes when it has not been for a while.
 *
 * A page that is left is closed at once: an open stream or lock would keep it from coming back as it was.
 *
 * @param {World} world
 * @param {() => void} open Also called for a network that is back.
 * @param {() => void} close
 * @returns {() => void} It closes, and watches no longer.
 */
export function whilePresent(world, open, close) {
  const watching = new AbortController();
  const { signal } = watching;
  let isPresent = false;
  /** @type {any} */
  let timer;

  function leave() {
    world.clearTimeout(timer);
    isPresent = false;
    close();
  }

  function look() {
    world.clearTimeout(timer);
    if (world.document.visibilityState === "hidden") timer = world.setTimeout(leave, GRACE);
    else if (!isPresent) {
      isPresent = true;
      open();
    }
  }

  world.document.addEventListener("visibilitychange", look, { signal });
  // A frozen page would still answer the other tabs, and hear nothing of its stream.
  world.document.addEventListener("freeze", leave, { signal });
  world.document.addEventListener("resume", look, { signal });
  world.window.addEventListener("pageshow", look, { signal });
  world.window.addEventListener("pagehide", leave, { signal });
  world.window.addEventListener("online", () => isPresent && open(), { signal });
  look();
  return () => {
    watching.abort();
    leave();
  };
}
