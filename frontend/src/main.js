import { WizardSession } from "./element.js";

export { WizardSession };
export { words } from "./words.js";

// A module that imports this one may change the words first.
queueMicrotask(() => {
  // A page that is never left, as with htmx or Turbo, may come by a newer release of this module.
  if (!customElements.get("wizard-session")) customElements.define("wizard-session", WizardSession);
});
