/** What a page has around it, with a clock of its own and a server that answers as it is told. */

class Source extends EventTarget {
  isOpen = true;

  constructor(url) {
    super();
    this.url = new URL(url, "http://host");
  }

  close() {
    this.isOpen = false;
  }

  say(type, fields = {}) {
    if (this.isOpen) this.dispatchEvent(Object.assign(new Event(type), fields));
  }

  send(session, lastEventId = "") {
    this.say("message", { data: JSON.stringify(session), lastEventId });
  }
}

export class World {
  now = 0;
  luck = 1; // the longest delay
  /** What there is to say to each HEAD of the stream, and to each GET of the latest session. */
  answers = { HEAD: "no network", GET: "no network" };
  requests = [];
  sources = [];
  #timers = new Map();
  #count = 0;

  open = (url) => {
    this.sources.push(new Source(url));
    return this.source;
  };

  fetch = async (url, init) => {
    this.requests.push({ method: init.method, url, init });
    const answer = this.answers[init.method];
    if (answer === "no network") throw new TypeError(answer);
    if (answer === "silence") return aborted(init.signal);
    return typeof answer === "number" ? new Response(null, { status: answer }) : answer.clone();
  };

  setTimeout = (call, delay) => {
    this.#timers.set(++this.#count, { at: this.now + delay, call });
    return this.#count;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  random = () => this.luck;

  get source() {
    return this.sources.at(-1);
  }

  get polls() {
    return this.requests.filter(({ method }) => method === "GET").length;
  }

  /** Lets the time pass, and all that is due in it happen in order. */
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    await settled();
    for (let next; (next = this.#next(end)); await settled()) {
      const [timer, { at, call }] = next;
      this.#timers.delete(timer);
      this.now = at;
      call();
    }
    this.now = end;
  }

  #next(end) {
    const due = [...this.#timers].filter(([, { at }]) => at <= end);
    return due.sort(([, one], [, other]) => one.at - other.at)[0];
  }
}

/** As a network that swallows everything. */
const aborted = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** Whatever was answered has been heard. */
const settled = () => new Promise(setImmediate);
