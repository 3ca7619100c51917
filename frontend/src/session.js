/**
 * What a session's JSON says, in the terms in which it is shown.
 *
 * @typedef {import("../../django_wizard_sessions/static/wizard_sessions/wizard-session.js").Session} Session
 */

/** @returns {"idle" | "running" | "completed" | "error" | "stalled"} */
export function phaseOf(/** @type {Session} */ session) {
  return session.is_stale ? "stalled" : session.run_phase;
}

export function hasEnded(/** @type {Session} */ { run_phase }) {
  return run_phase === "completed" || run_phase === "error";
}

/** As the list and `latest/` order them: by their start, then by their first push. */
export function isEarlier(/** @type {Session} */ session, /** @type {Session} */ other) {
  const later =
    Date.parse(session.started_at) - Date.parse(other.started_at) ||
    Date.parse(session.created_at) - Date.parse(other.created_at);
  return later < 0;
}

/** Whether this is the same run, pushed before the other state of it was. */
export function isOutdated(/** @type {Session} */ session, /** @type {Session | undefined} */ other) {
  return (
    session.session_id === other?.session_id &&
    Date.parse(session.updated_at) < Date.parse(other.updated_at)
  );
}

/** The first task that is being worked on. */
export function taskInProgress(/** @type {Session} */ session) {
  if (phaseOf(session) !== "running") return undefined;
  return session.tasks.find((task) => task.status === "in_progress");
}

/** @returns {keyof typeof import("./words.js").words.task} */
export function statusOf(/** @type {Session["tasks"][number]} */ { status }, /** @type {Session} */ session) {
  return status === "in_progress" && phaseOf(session) !== "running" ? "interrupted" : status;
}

/** A wizard may push any object as its plan: what has a name in it is shown. */
export function plannedEvents(/** @type {Session} */ { event_plan }) {
  const events = Array.isArray(event_plan?.events) ? event_plan.events : [];
  return events
    .filter((event) => typeof event?.name === "string" && event.name !== "")
    .map(({ name, description }) => ({ name, description: asText(description) }));
}

/** Of an error, which may be any object: its message, and all else that is in it. */
export function errorOf(/** @type {Session} */ { error }) {
  if (!error) return undefined;
  const { message, ...rest } = error;
  if (asText(message) === "") return { message: "", rest: error };
  return { message: asText(message), rest };
}

function asText(/** @type {unknown} */ value) {
  return typeof value === "string" ? value : "";
}

/**
 * How long it has been going on, or took; or for how long nothing has been heard of it.
 *
 * All of it by the server's clock: that of the wizard's machine may be wrong.
 */
export function durationOf(/** @type {Session} */ session, /** @type {number} */ now) {
  const created = Date.parse(session.created_at);
  const updated = Date.parse(session.updated_at);
  if (hasEnded(session)) return updated - created;
  // The browser's clock may be behind what the server has already said.
  return Math.max(now, updated) - (session.is_stale ? updated : created);
}
