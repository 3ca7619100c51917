/** `<wizard-session>`: shows a wizard's newest run in a project, as it happens. */

import { answer } from "./answer.js";
import { query } from "./request.js";
import { Runs, recentRuns } from "./runs.js";
import { Selection } from "./selection.js";
import { hasEnded, taskInProgress } from "./session.js";
import { subscribe } from "./sharing.js";
import { tree } from "./tree.js";
import { View } from "./view.js";
import css from "../../django_wizard_sessions/static/wizard_sessions/wizard-session.css";

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./connection.js").State} State
 */

const SECOND = 1_000;
const SOON = 250;
const TROUBLE = ["lost", "refused", "off"];

export class WizardSession extends HTMLElement {
  static observedAttributes = ["url", "workflow", "skill", "session", "poll"];

  /** @type {View | undefined} */
  #view;
  /** @type {State} */
  #state = "connecting";
  #selection = new Selection();
  #runs = this.#newRuns();
  #task = { key: "", since: 0 };
  /** Another one, whenever what was asked for is wanted no longer. */
  #turn = { asks: false };
  #stop = () => {};

  connectedCallback() {
    this.#view ??= this.#build();
    this.#start();
  }

  disconnectedCallback() {
    this.#stop();
  }

  /** What was shown may be of another workflow. */
  attributeChangedCallback(
    /** @type {string} */ _name,
    /** @type {string | null} */ before,
    /** @type {string | null} */ after,
  ) {
    if (before === after) return;
    this.#selection = new Selection(this.getAttribute("session") ?? "");
    this.#runs = this.#newRuns();
    this.#view?.forget();
    if (this.#view && this.isConnected) this.#start();
  }

  get #url() {
    return (this.getAttribute("url") ?? "").replace(/[^/]$/, "$&/");
  }

  get #topic() {
    return { workflow: this.getAttribute("workflow") ?? "", skill: this.getAttribute("skill") ?? "" };
  }

  #newRuns() {
    return new Runs(() => recentRuns(this.#url, this.#topic));
  }

  /** Of what the server rendered, where it did. */
  #build() {
    const root = this.shadowRoot ?? this.#render();
    const view = new View(root);
    root.addEventListener("click", ({ target }) => this.#click(/** @type {Element} */ (target)));
    view.part("runs").addEventListener("toggle", () => this.#loadRuns());
    return view;
  }

  #render() {
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.append(tree());
    return root;
  }

  /** What is moved within the page goes on with what it shows. */
  #start() {
    this.#stop();
    if (!this.#url || !this.#topic.workflow) return;
    const listener = {
      session: (/** @type {Session} */ session) => this.#receive(session),
      state: (/** @type {State} */ state) => this.#connectionIs(state),
    };
    const leave = subscribe(this.#url, this.#topic, listener, { poll: this.getAttribute("poll") });
    const clock = setInterval(() => this.#showTimes(), SECOND);
    this.#stop = () => {
      leave();
      clearInterval(clock);
      this.#turn = { asks: false };
    };
  }

  #connectionIs(/** @type {State} */ state) {
    this.#state = state;
    this.#view?.showConnection(state);
    if (TROUBLE.includes(state)) this.#tell("error", { state });
    const turn = (this.#turn = { asks: false });
    if (state !== "live" && state !== "polling") return;
    if (this.#selection.only) this.#makeSure();
    // The session that there may be comes with this news, or right behind it.
    else setTimeout(() => turn === this.#turn && this.#makeSure(), SOON);
  }

  #receive(/** @type {Session} */ session) {
    const before = this.#selection.shown;
    const { only } = this.#selection;
    if (this.#selection.receive(session)) this.#show(before);
    // The others are what is told of, where there is no stream.
    else if (only && only !== session.session_id && this.#state === "polling") this.#makeSure();
    this.#view?.showEarlier(this.#selection.isEarlier);
    this.#runs.receive(session);
    if (this.#runs.sessions) this.#showRuns();
  }

  /** A stream does not say that nothing has run: its server may wait for the database. */
  async #makeSure() {
    const [selection, turn] = [this.#selection, this.#turn];
    if (turn.asks) return;
    turn.asks = true;
    const isWanted = () => turn === this.#turn && Boolean(selection.only || !selection.shown);
    const path = selection.only ? `${encodeURIComponent(selection.only)}/` : `latest/?${query(this.#topic)}`;
    const session = await answer(this.#url + path, isWanted);
    turn.asks = false;
    if (session) this.#receive(session);
    else if (session === null && !selection.shown) this.#view?.showNothing();
  }

  #show(/** @type {Session | undefined} */ before) {
    const session = /** @type {Session} */ (this.#selection.shown);
    this.#view?.showSession(session);
    this.#view?.offerRuns(!this.#selection.only);
    this.#noteTask(session);
    this.#showTimes();
    this.#tell("update", session);
    const isSame = before?.session_id === session.session_id;
    if (before && isSame && !hasEnded(before) && hasEnded(session)) this.#tell("end", session);
  }

  /** A session does not say when a task began: it was when the server was first told of it. */
  #noteTask(/** @type {Session} */ session) {
    const key = JSON.stringify([session.session_id, taskInProgress(session)?.id]);
    if (key !== this.#task.key) this.#task = { key, since: Date.parse(session.updated_at) };
  }

  #showTimes() {
    if (this.#selection.shown) this.#view?.showTimes(this.#selection.shown, this.#task.since);
  }

  async #loadRuns() {
    if (!this.#view?.part("runs").open) return;
    const runs = this.#runs;
    await runs.load();
    if (runs === this.#runs) this.#showRuns();
  }

  #showRuns() {
    if (!this.#view?.part("runs").open) return;
    this.#view.showRuns(this.#runs.sessions, this.#selection.shown?.session_id);
  }

  #click(/** @type {Element} */ target) {
    const button = target.closest("button");
    if (button?.part.contains("log-in")) location.reload(); // the page knows where to log in
    if (button?.part.contains("newest")) this.#leaveEarlier();
    if (button?.part.contains("run-choice")) this.#pick(this.#runs.find(button.value));
  }

  #pick(/** @type {Session | undefined} */ session) {
    if (!session) return;
    this.#selection.pick(session);
    this.#show(undefined);
    this.#view?.showEarlier(this.#selection.isEarlier);
    this.#showRuns();
  }

  /** The focus goes to what is shown now: its button is no longer there. */
  #leaveEarlier() {
    this.#pick(this.#selection.newest);
    this.#view?.focusPhase();
  }

  #tell(/** @type {string} */ name, /** @type {object} */ detail) {
    const init = { detail, bubbles: true, composed: true };
    this.dispatchEvent(new CustomEvent(`wizard-session:${name}`, init));
  }
}
