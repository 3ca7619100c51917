import assert from "node:assert/strict";
import { test } from "node:test";

import * as session from "../src/session.js";
import { aSession } from "./sessions.js";

const MINUTE = 60_000;
const CREATED = Date.parse(aSession().created_at);

test("A run is in the phase that was pushed", () => {
  assert.equal(session.phaseOf(aSession({ run_phase: "idle" })), "idle");
});

test("A run without news is stalled, whatever it pushed last", () => {
  assert.equal(session.phaseOf(aSession({ is_stale: true })), "stalled");
});

test("A run that completed or failed has ended, and no other", () => {
  const ended = ["idle", "running", "completed", "error"].filter((run_phase) =>
    session.hasEnded(aSession({ run_phase })),
  );
  assert.deepEqual(ended, ["completed", "error"]);
});

test("A run is earlier that started before", () => {
  const earlier = aSession({ started_at: "2026-11-24T02:25:52Z", created_at: "2026-11-25T00:00:00Z" });
  assert.equal(session.isEarlier(earlier, aSession()), true);
  assert.equal(session.isEarlier(aSession(), earlier), false);
});

test("Of two that started together, the one is earlier that was pushed first", () => {
  const later = aSession({ created_at: "2026-11-24T02:25:55.000001Z" });
  assert.equal(session.isEarlier(aSession(), later), true);
  assert.equal(session.isEarlier(later, aSession()), false);
});

test("A state is outdated where the same run has a later one", () => {
  const later = aSession({ updated_at: "2026-11-24T02:40:00Z" });
  assert.equal(session.isOutdated(aSession(), later), true);
  assert.equal(session.isOutdated(later, aSession()), false);
  assert.equal(session.isOutdated(aSession(), aSession()), false);
  assert.equal(session.isOutdated(aSession({ session_id: "another" }), later), false);
  assert.equal(session.isOutdated(aSession(), undefined), false);
});

test("Fractions of a second are compared as such", () => {
  const whole = aSession({ updated_at: "2026-11-24T02:30:00Z" });
  const later = aSession({ updated_at: "2026-11-24T02:30:00.250000Z" });
  assert.equal(session.isOutdated(whole, later), true);
  assert.equal(session.isOutdated(later, whole), false);
});

test("The first task in progress is the one that is worked on", () => {
  const tasks = ["completed", "in_progress", "in_progress"].map((status, id) => ({ id, status }));
  assert.equal(session.taskInProgress(aSession({ tasks })).id, 1);
});

test("Nothing is worked on in a run that does not run", () => {
  const tasks = [{ id: "1", status: "in_progress" }];
  assert.equal(session.taskInProgress(aSession({ tasks, run_phase: "error" })), undefined);
  assert.equal(session.taskInProgress(aSession({ tasks, is_stale: true })), undefined);
  assert.equal(session.statusOf(tasks[0], aSession({ run_phase: "error" })), "interrupted");
  assert.equal(session.statusOf(tasks[0], aSession()), "in_progress");
  assert.equal(session.statusOf({ status: "pending" }, aSession({ run_phase: "error" })), "pending");
});

test("Of a plan, the events that have a name are shown", () => {
  const event_plan = {
    events: [{ name: "a", description: "A" }, { name: "b" }, { name: "" }, { name: 1 }, null, "c"],
  };
  assert.deepEqual(session.plannedEvents(aSession({ event_plan })), [
    { name: "a", description: "A" },
    { name: "b", description: "" },
  ]);
});

for (const event_plan of [null, {}, { events: null }, { events: "many" }, { events: {} }]) {
  test(`A plan ${JSON.stringify(event_plan)} has no events`, () => {
    assert.deepEqual(session.plannedEvents(aSession({ event_plan })), []);
  });
}

test("An error is its message, and the rest of it", () => {
  const error = { message: "No build.", code: 2 };
  assert.deepEqual(session.errorOf(aSession({ error })), { message: "No build.", rest: { code: 2 } });
});

for (const error of [{}, { message: "" }, { message: { text: "No build." } }, { code: 2 }]) {
  test(`An error ${JSON.stringify(error)} without a message is shown whole`, () => {
    assert.deepEqual(session.errorOf(aSession({ error })), { message: "", rest: error });
  });
}

test("No error is none", () => {
  assert.equal(session.errorOf(aSession()), undefined);
});

test("A run takes from its first push until now", () => {
  assert.equal(session.durationOf(aSession(), CREATED + 20 * MINUTE), 20 * MINUTE);
});

test("A browser's clock that is behind does not set a run back", () => {
  assert.equal(session.durationOf(aSession(), CREATED - MINUTE), 5 * MINUTE);
});

test("A run that ended took from its first to its last push", () => {
  const ended = aSession({ run_phase: "completed" });
  assert.equal(session.durationOf(ended, CREATED + 20 * MINUTE), 5 * MINUTE);
});

test("Nothing was heard of a stalled run since its last push", () => {
  const stalled = aSession({ is_stale: true });
  assert.equal(session.durationOf(stalled, CREATED + 20 * MINUTE), 15 * MINUTE);
});
