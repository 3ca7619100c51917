/** Shows a session in the component's elements. Whatever was pushed is set as text, never as HTML. */

import { durationOf, errorOf, phaseOf, plannedEvents, statusOf, taskInProgress } from "./session.js";
import { eventRow, runRow, taskRow } from "./tree.js";
import { moment as momentInWords, words } from "./words.js";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./connection.js").State} State
 */

/** @type {Record<string, undefined | ((duration: string) => string)>} */
const SAY = {
  running: (duration) => words.soFar(duration),
  stalled: (duration) => words.silent(duration),
  completed: (duration) => words.took(duration),
  error: (duration) => words.took(duration),
};

export class View {
  /** @param {ShadowRoot} root Which has the elements of the tree. */
  constructor(root) {
    this.root = root;
  }

  /**
   * A host's own template may leave parts out: what they say is then said to nobody.
   *
   * @returns {any}
   */
  part(/** @type {string} */ name) {
    return this.root.querySelector(`[part="${name}"]`) ?? document.createElement("div");
  }

  showConnection(/** @type {State} */ state) {
    this.part("connection").dataset.state = state;
    setText(this.part("connection"), words.connection[state]);
    this.part("log-in").hidden = state !== "refused";
  }

  forget() {
    this.part("card").dataset.phase = "unknown";
    for (const name of ["empty", "earlier", "run", "runs"]) this.part(name).hidden = true;
    this.part("runs").open = false;
  }

  showNothing() {
    this.part("card").dataset.phase = "nothing";
    this.part("empty").hidden = false;
    this.part("run").hidden = true;
  }

  showSession(/** @type {Session} */ session) {
    const phase = phaseOf(session);
    this.part("card").dataset.phase = phase;
    this.part("empty").hidden = true;
    this.part("run").hidden = false;
    setText(this.part("phase"), words.phase[phase]);
    this.#showProgress(session);
    this.#showError(session);
    this.#showTasks(session);
    this.#showPlan(session);
    showTime(this.part("started"), session.started_at);
  }

  showEarlier(/** @type {boolean} */ earlier) {
    this.part("earlier").hidden = !earlier;
  }

  focusPhase() {
    this.part("phase").tabIndex = -1;
    this.part("phase").focus();
  }

  offerRuns(/** @type {boolean} */ offered) {
    this.part("runs").hidden = !offered;
  }

  /** What changes by itself while time goes by. */
  showTimes(/** @type {Session} */ session, /** @type {number | undefined} */ since, now = Date.now()) {
    const task = taskInProgress(session);
    this.part("now").hidden = !task;
    setText(this.part("now-title"), task?.title ?? "");
    setText(this.part("now-time"), task && since ? words.duration(Math.max(now, since) - since) : "");
    const say = SAY[phaseOf(session)];
    setText(this.part("took"), say && say(words.duration(durationOf(session, now))));
  }

  #showProgress(/** @type {Session} */ { tasks }) {
    const done = tasks.filter((task) => task.status === "completed").length;
    this.part("progress").hidden = tasks.length === 0;
    this.part("bar").max = tasks.length || 1;
    this.part("bar").value = done;
    setText(this.part("count"), words.count(done, tasks.length));
  }

  #showError(/** @type {Session} */ session) {
    const error = errorOf(session);
    this.part("error").hidden = !error;
    setText(this.part("error-message"), error && (error.message || words.noMessage));
    const rest = Object.keys(error?.rest ?? {}).length > 0;
    this.part("error-details").hidden = !rest;
    setText(this.part("error-rest"), rest && JSON.stringify(error?.rest, null, 2));
  }

  #showTasks(/** @type {Session} */ session) {
    this.part("tasks").hidden = session.tasks.length === 0;
    setRows(this.part("tasks"), session.tasks, taskRow, (row, task) => {
      const status = statusOf(task, session);
      setData(row, "status", status);
      setText(row.children[0], task.title);
      setText(row.children[1], words.task[status]);
    });
  }

  #showPlan(/** @type {Session} */ session) {
    const events = plannedEvents(session);
    this.part("plan").hidden = events.length === 0;
    setText(this.part("plan-title"), words.plan(events.length));
    setRows(this.part("events"), events, eventRow, (row, event) => {
      setText(row.children[0].children[0], event.name);
      setText(row.children[1].children[0], event.description);
    });
  }

  /**
   * @param {Session[] | undefined} sessions Newest first; nothing where they could not be had.
   * @param {string | undefined} shown The id of the one that is shown.
   */
  showRuns(sessions, shown) {
    this.part("no-runs").hidden = Boolean(sessions);
    const focused = this.#choices().find((choice) => choice === this.root.activeElement)?.value;
    setRows(this.part("runs-list"), sessions ?? [], runRow, (row, session) => {
      const choice = row.children[0];
      const phase = phaseOf(session);
      choice.value = session.session_id;
      setData(choice, "phase", phase);
      choice.setAttribute("aria-current", String(session.session_id === shown));
      setText(choice.children[0], words.phase[phase]);
      setText(choice.children[1], session.skill_id);
      showTime(choice.children[2], session.started_at);
    });
    // A new run moves the others down: the focus goes with them.
    if (focused) this.#choices().find((choice) => choice.value === focused)?.focus();
  }

  /** @returns {HTMLButtonElement[]} */
  #choices() {
    return [...this.part("runs-list").querySelectorAll("button")];
  }
}

function setText(/** @type {Element} */ element, /** @type {string | false | undefined} */ text) {
  if (element.textContent !== (text || "")) element.textContent = text || "";
}

function setData(/** @type {any} */ element, /** @type {string} */ name, /** @type {string} */ value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/**
 * One row for each item: those that are there are kept, so that nothing flickers.
 *
 * @template T
 * @param {Element} list
 * @param {T[]} items
 * @param {() => Element} make
 * @param {(row: any, item: T) => void} fill
 */
function setRows(list, items, make, fill) {
  while (list.children.length > items.length) list.lastElementChild?.remove();
  items.forEach((item, index) => {
    if (!list.children[index]) list.append(make());
    fill(list.children[index], item);
  });
}

function showTime(/** @type {any} */ time, /** @type {string} */ moment) {
  time.dateTime = moment;
  setText(time, momentInWords(moment, document.documentElement.lang));
}
