import { Browser, Channel } from "./browser.js";

/** What a page has around it, with a clock of its own and a server that answers as it is told. */

class Source extends EventTarget {
  isOpen = true;

  constructor(world, url) {
    super();
    this.world = world;
    this.url = new URL(url, "http://host");
  }

  close() {
    this.isOpen = false;
  }

  say(type, fields = {}) {
    const event = Object.assign(new Event(type), fields);
    const arrive = () => this.isOpen && this.dispatchEvent(event);
    if (this.world.isFrozen) this.world.browser.schedule(this.world, arrive);
    else arrive();
  }

  send(session, lastEventId = "") {
    this.say("message", { data: JSON.stringify(session), lastEventId });
  }
}

export class World {
  isFrozen = false;
  luck = 1; // the longest delay
  /** What there is to say to each HEAD of the stream, and to each GET of the latest session. */
  answers = { HEAD: "no network", GET: "no network" };
  requests = [];
  sources = [];
  document = Object.assign(new EventTarget(), {
    baseURI: "http://host/page/",
    visibilityState: "visible",
  });
  window = new EventTarget();

  constructor(browser = new Browser()) {
    this.browser = browser;
    browser.tabs.push(this);
    this.locks = browser.locksOf(this);
  }

  open = (url) => {
    this.sources.push(new Source(this, url));
    return this.source;
  };

  fetch = async (url, init) => {
    this.requests.push({ method: init.method, url, init });
    const answer = this.answers[init.method];
    if (answer === "no network") throw new TypeError(answer);
    if (answer === "silence") return aborted(init.signal);
    return typeof answer === "number" ? new Response(null, { status: answer }) : answer.clone();
  };

  setTimeout = (call, delay) => this.browser.schedule(this, call, delay);

  clearTimeout = (timer) => this.browser.cancel(timer);

  time = () => this.now;

  random = () => this.luck;

  channel = (name) => new Channel(this, name);

  get now() {
    return this.browser.now;
  }

  get source() {
    return this.sources.at(-1);
  }

  get polls() {
    return this.requests.filter(({ method }) => method === "GET").length;
  }

  pass(milliseconds) {
    return this.browser.pass(milliseconds);
  }

  show(visibilityState = "visible") {
    this.document.visibilityState = visibilityState;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  hide() {
    this.show("hidden");
  }

  /** The window is told; a page that is left may be shown again as it was. */
  tell(type) {
    this.window.dispatchEvent(new Event(type));
  }

  crash() {
    for (const source of this.sources) source.close();
    this.browser.crash(this);
  }

  close() {
    this.tell("pagehide");
    this.crash();
  }
}

/** As a network that swallows everything. */
const aborted = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
