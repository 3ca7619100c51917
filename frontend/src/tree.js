/** The elements of the component, of which the server renders the same. */

import { words } from "./words.js";

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
export function element(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** An element for the host to style by `::part(…)`, and for the component to find. */
export function part(
  /** @type {string} */ name,
  /** @type {string} */ tag = "div",
  /** @type {Record<string, string>} */ attributes = {},
  /** @type {(Node | string)[]} */ ...children
) {
  return element(tag, { part: name, ...attributes }, ...children);
}

const hidden = { hidden: "" };
const scrolled = { tabindex: "0" }; // by keys

export function tree() {
  return part("card", "section", { "data-phase": "unknown", "aria-labelledby": "title" },
    part("header", "header", {},
      part("title", "h2", { id: "title" }, element("slot", { name: "title" }, words.title)),
      part("connection", "p", { role: "status" }),
      part("log-in", "button", { type: "button", ...hidden }, words.logIn),
    ),
    part("empty", "div", hidden, element("slot", { name: "empty" },
      part("empty-title", "p", {}, words.nothing), element("p", {}, words.soon))),
    part("earlier", "p", hidden, words.earlier + " ",
      part("newest", "button", { type: "button" }, words.newest)),
    run(),
    part("runs", "details", hidden, element("summary", {}, words.runs),
      part("runs-list", "ol"), part("no-runs", "p", hidden, words.noRuns)),
  );
}

function run() {
  return part("run", "div", hidden,
    part("phase", "p", { role: "status" }),
    part("now", "p", hidden, part("now-title", "bdi"), part("now-time", "span")),
    part("progress", "div", hidden,
      part("bar", "progress", { max: "1", value: "0", "aria-labelledby": "count" }),
      part("count", "p", { id: "count" })),
    part("error", "div", { role: "alert", ...hidden },
      part("error-title", "h3", {}, words.failure), part("error-message", "p", scrolled),
      part("error-details", "details", hidden,
        element("summary", {}, words.details), part("error-rest", "pre", scrolled))),
    part("tasks", "ol", hidden),
    part("plan", "details", hidden, part("plan-title", "summary"), part("events", "dl")),
    part("times", "p", {}, words.started + " ", part("started", "time"), part("took", "span")),
  );
}

export function taskRow() {
  return part("task", "li", {}, part("task-title", "bdi"), part("task-status", "span"));
}

export function eventRow() {
  return part("event", "div", {}, element("dt", {}, element("bdi")), element("dd", {}, element("bdi")));
}

export function runRow() {
  return element("li", {}, part("run-choice", "button", { type: "button" },
    part("run-phase", "span"), part("run-skill", "bdi"), part("run-started", "time")));
}
