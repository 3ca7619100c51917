/** What the tabs of a browser have in common: a clock, locks and channels. Tabs may freeze and crash. */
export class Browser {
  now = 0;
  tabs = [];
  channels = [];
  #tasks = new Map();
  #count = 0;
  #locks = new Map();

  /** What happens to a tab that is frozen, happens when it thaws. */
  schedule(tab, call, delay = 0) {
    const isTooLong = delay >= 2 ** 31; // as in browsers
    this.#tasks.set(++this.#count, { tab, call, at: this.now + (isTooLong ? 1 : delay) });
    return this.#count;
  }

  cancel(task) {
    this.#tasks.delete(task);
  }

  /** Lets the time pass, and all that is due in it happen in order. */
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    await settled();
    for (let next; (next = this.#next(end)); await settled()) {
      const [task, { at, call }] = next;
      this.cancel(task);
      this.now = Math.max(this.now, at);
      call();
    }
    this.now = end;
  }

  get streams() {
    return this.tabs.flatMap(({ sources }) => sources).filter(({ isOpen }) => isOpen);
  }

  /** How many locks are held or waited for. */
  get lockRequests() {
    return [...this.#locks.values()].reduce((sum, { requests }) => sum + requests, 0);
  }

  crash(tab) {
    this.tabs = this.tabs.filter((other) => other !== tab);
    this.channels = this.channels.filter((channel) => channel.tab !== tab);
    for (const [task, { tab: owner }] of this.#tasks) if (owner === tab) this.cancel(task);
    for (const lock of this.#locks.values()) lock.forget(tab);
  }

  locksOf(tab) {
    return {
      request: (name, options, callback) => {
        if (!this.#locks.has(name)) this.#locks.set(name, new Lock(this));
        return this.#locks.get(name).request(tab, options, callback);
      },
    };
  }

  #next(end) {
    const due = [...this.#tasks].filter(([, { tab, at }]) => at <= end && !tab.isFrozen);
    return due.sort(([, one], [, other]) => one.at - other.at)[0];
  }
}

/** https://w3c.github.io/web-locks/ */
class Lock {
  #held;
  #queue = [];

  constructor(browser) {
    this.browser = browser;
  }

  request(tab, { steal = false, signal }, callback) {
    return new Promise((resolve, reject) => {
      const request = { tab, callback, resolve, reject };
      signal?.addEventListener("abort", () => this.#abort(request, signal.reason));
      if (steal) this.#rob();
      this.#queue.splice(steal ? 0 : this.#queue.length, 0, request);
      this.#process();
    });
  }

  get requests() {
    return this.#queue.length + (this.#held ? 1 : 0);
  }

  forget(tab) {
    this.#queue = this.#queue.filter((request) => request.tab !== tab);
    if (this.#held?.tab === tab) this.#release(this.#held);
  }

  #process() {
    if (this.#held || !this.#queue.length) return;
    const request = (this.#held = this.#queue.shift());
    this.browser.schedule(request.tab, async () => {
      request.resolve(await request.callback());
      this.#release(request);
    });
  }

  #release(request) {
    if (this.#held !== request) return;
    this.#held = undefined;
    this.#process();
  }

  #rob() {
    const robbed = this.#held;
    this.#held = undefined;
    if (!robbed) return;
    const error = new DOMException("Stolen", "AbortError");
    this.browser.schedule(robbed.tab, () => robbed.reject(error));
  }

  #abort(request, reason) {
    if (!this.#queue.includes(request)) return;
    this.#queue = this.#queue.filter((other) => other !== request);
    request.reject(reason);
  }
}

export class Channel extends EventTarget {
  constructor(tab, name) {
    super();
    Object.assign(this, { tab, name });
    tab.browser.channels.push(this);
  }

  postMessage(message) {
    const { browser } = this.tab;
    for (const channel of browser.channels) {
      if (channel === this || channel.name !== this.name) continue;
      const event = Object.assign(new Event("message"), { data: structuredClone(message) });
      browser.schedule(channel.tab, () => channel.#isOpen && channel.dispatchEvent(event));
    }
  }

  close() {
    const { browser } = this.tab;
    browser.channels = browser.channels.filter((channel) => channel !== this);
  }

  get #isOpen() {
    return this.tab.browser.channels.includes(this);
  }
}

/** Whatever was answered has been heard. */
const settled = () => new Promise(setImmediate);
