/** Types that are written by hand are those of the schema. Where they are not, this does not compile. */
import type { Session, Task } from "./wizard-session.js";
import type { State } from "./wizard.js";
import type * as schema from "./wizardSessions.js";

type Same<A, B> = [A, keyof A] extends [B, keyof B]
  ? [B, keyof B] extends [A, keyof A]
    ? true
    : false
  : false;
type Assert<Claim extends true> = Claim;

/** Hosts' projects have keys of several types; the example's are numbers. */
type SessionOfTheExample = Omit<Session, "team_id"> & {
  team_id: Extract<Session["team_id"], number>;
};

export type Agreement = [
  Assert<Same<SessionOfTheExample, schema.WizardSession>>,
  Assert<Same<Task, schema.WizardSessionTask>>,
  Assert<Same<Session["run_phase"], schema.WizardSessionRunPhase>>,
  Assert<Same<State, schema.WizardSessionRequest>>,
];
