/** A session as the server answers and streams it. A host's own fields come with it. */
export interface Session {
  session_id: string;
  team_id: number | string;
  workflow_id: string;
  skill_id: string;
  started_at: string;
  run_phase: "idle" | "running" | "completed" | "error";
  tasks: Task[];
  event_plan: Record<string, any> | null;
  error: Record<string, any> | null;
  created_at: string;
  updated_at: string;
  is_stale: boolean;
}

export interface Task {
  id: string;
  title: string;
  status: "pending" | "in_progress" | "completed" | "failed" | "canceled";
}

/** `lost`: tried again by itself. `refused`: not, or no longer, allowed. `off`: the server streams no more. */
export interface Trouble {
  state: "lost" | "refused" | "off";
}

/**
 * `<wizard-session url="/api/projects/1/wizard/sessions/" workflow="integration">`
 *
 * Its attributes: `url` of the sessions and `workflow` are needed; `skill` narrows it down; `session`
 * shows this one run only; `poll` asks every so many seconds in place of the stream.
 */
export class WizardSession extends HTMLElement {}

export interface WizardSessionEvents {
  /** Another state is shown. */
  "wizard-session:update": CustomEvent<Session>;
  /** The run that is shown has just ended: completed, or in an error. */
  "wizard-session:end": CustomEvent<Session>;
  /** What happens cannot be shown just now. */
  "wizard-session:error": CustomEvent<Trouble>;
}

/** What the component says: change it before the component's own script is loaded by the page. */
export const words: {
  title: string;
  nothing: string;
  soon: string;
  earlier: string;
  newest: string;
  logIn: string;
  failure: string;
  noMessage: string;
  details: string;
  runs: string;
  noRuns: string;
  started: string;
  connection: Record<
    "connecting" | "live" | "polling" | "lost" | "refused" | "off" | "resting",
    string
  >;
  phase: Record<"idle" | "running" | "completed" | "error" | "stalled", string>;
  task: Record<
    "pending" | "in_progress" | "interrupted" | "completed" | "failed" | "canceled",
    string
  >;
  count(done: number, all: number): string;
  plan(events: number): string;
  soFar(duration: string): string;
  took(duration: string): string;
  silent(duration: string): string;
  /** Of milliseconds. */
  duration(milliseconds: number): string;
};

declare global {
  interface HTMLElementTagNameMap {
    "wizard-session": WizardSession;
  }
  interface HTMLElementEventMap extends WizardSessionEvents {}
}
