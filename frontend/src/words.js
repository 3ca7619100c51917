/** What the component says. A host may put other words in their place, before it is first shown. */
export const words = {
  title: "Setup wizard",
  nothing: "Nothing has run yet",
  soon: "A run appears here as soon as it starts.",
  earlier: "This is an earlier run.",
  newest: "Show the newest",
  logIn: "Log in again",
  failure: "What went wrong",
  noMessage: "The wizard gave no message.",
  details: "Details",
  runs: "Recent runs",
  noRuns: "They cannot be shown just now. Close and open this list to try again.",
  started: "Started",
  connection: {
    connecting: "Connecting",
    live: "Live",
    polling: "Updated every few seconds",
    lost: "Connection lost, trying again",
    refused: "You no longer have access",
    off: "Live updates are switched off",
    resting: "Paused",
  },
  phase: {
    idle: "Waiting to start",
    running: "Running",
    completed: "Completed",
    error: "Ended in an error",
    stalled: "Stalled: no news for a while",
  },
  task: {
    pending: "waiting",
    in_progress: "in progress",
    interrupted: "not finished",
    completed: "done",
    failed: "failed",
    canceled: "canceled",
  },
  count: (/** @type {number} */ done, /** @type {number} */ all) => `${done} of ${all} tasks done`,
  plan: (/** @type {number} */ events) => `Planned events (${events})`,
  soFar: (/** @type {string} */ duration) => ` · ${duration} so far`,
  took: (/** @type {string} */ duration) => ` · took ${duration}`,
  silent: (/** @type {string} */ duration) => ` · no news for ${duration}`,
  duration,
};

const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
];

/** Milliseconds, in the two largest units: as in "2 min 3 s". */
function duration(/** @type {number} */ milliseconds) {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const largest = UNITS.findIndex(({ seconds }) => rest >= seconds);
  if (largest === -1) return "0\u00a0s";
  const parts = [];
  for (const { name, seconds } of UNITS.slice(largest, largest + 2)) {
    if (rest >= seconds) parts.push(`${Math.floor(rest / seconds)}\u00a0${name}`);
    rest %= seconds;
  }
  return parts.join(" ");
}

/** In the language of the page; a page may name one that there is not, as in `lang="en_US"`. */
export function moment(/** @type {string} */ time, /** @type {string} */ language) {
  const form = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
  try {
    return new Date(time).toLocaleString(language, form);
  } catch {
    return new Date(time).toLocaleString(undefined, form);
  }
}
