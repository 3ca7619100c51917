import { WizardSession } from "./element.js";

export { WizardSession };
export { words } from "./words.js";

// A module that imports this one may change the words first.
queueMicrotask(() => customElements.define("wizard-session", WizardSession));
