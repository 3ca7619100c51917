/** A session as the server tells it: five minutes after its first push. */
export function aSession(changes = {}) {
  return {
    session_id: "run-1",
    team_id: 1,
    workflow_id: "integration",
    skill_id: "django",
    started_at: "2026-11-24T02:25:53Z",
    run_phase: "running",
    tasks: [],
    event_plan: null,
    error: null,
    created_at: "2026-11-24T02:25:54.000001Z",
    updated_at: "2026-11-24T02:30:54.000001Z",
    is_stale: false,
    ...changes,
  };
}

/** The states of several runs, each of which started an hour after the one before. */
export function runs(...ids) {
  return ids.map((session_id, hour) =>
    aSession({ session_id, started_at: `2026-11-24T${String(hour).padStart(2, "0")}:00:00Z` }),
  );
}
