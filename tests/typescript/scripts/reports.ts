/** A wizard that does what it is told: reports this state, sleeps so many milliseconds. */
import { setTimeout } from "node:timers/promises";

import { Reporter, type State } from "./wizard.js";

const steps: (State | number)[] = JSON.parse(process.env.STEPS ?? "");
const reporter = new Reporter(process.env.SESSIONS ?? "", process.env.KEY ?? "");
for (const step of steps) {
  if (typeof step === "number") await setTimeout(step);
  else reporter.report(step);
}
await reporter.done();
console.log(JSON.stringify("done"));
process.exit();
