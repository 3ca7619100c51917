import { World } from "./world.js";

let pages = 0;

/** A page of its own, with modules of its own, as a tab has loaded it. */
export async function load(browser, changes = {}) {
  const world = Object.assign(new World(browser), changes);
  const { subscribe } = await import(`../src/sharing.js?page=${++pages}`);
  return new Page(world, subscribe);
}

class Page {
  constructor(world, subscribe) {
    this.world = world;
    this.subscribe = subscribe;
  }

  /** A component, with what it is told. */
  show(poll, { url = "/sessions/", ...topic } = {}) {
    const told = { sessions: [], states: [] };
    const listener = {
      session: (session) => told.sessions.push(session),
      state: (state) => told.states.push(state),
    };
    const options = { poll, world: this.world };
    const leave = this.subscribe(url, { workflow: "integration", ...topic }, listener, options);
    return { ...told, leave, get state() { return told.states.at(-1); } };
  }
}
