import assert from "node:assert/strict";
import { test } from "node:test";

import { Runs } from "../src/runs.js";
import { aSession, runs } from "./sessions.js";

async function loaded(...sessions) {
  const recent = new Runs(async () => ({ results: sessions }));
  await recent.load();
  return recent;
}

test("What the server lists is there to pick from", async () => {
  const [first, second] = runs("first", "second");
  const recent = await loaded(second, first);
  assert.deepEqual(recent.sessions, [second, first]);
  assert.equal(recent.find("first"), first);
});

test("A list that cannot be had is none", async () => {
  const recent = new Runs(async () => undefined);
  await recent.load();
  recent.receive(aSession());
  assert.equal(recent.sessions, undefined);
});

test("A run that starts comes first", async () => {
  const [first, second] = runs("first", "second");
  const recent = await loaded(first);
  recent.receive(second);
  assert.deepEqual(recent.sessions, [second, first]);
});

test("An earlier run keeps its place when it changes", async () => {
  const [first, second] = runs("first", "second");
  const recent = await loaded(second, first);
  const changed = { ...first, run_phase: "completed" };
  recent.receive(changed);
  assert.deepEqual(recent.sessions, [second, changed]);
});

test("An older state does not take the place of a newer one", async () => {
  const newer = aSession({ updated_at: "2026-11-24T02:40:00Z" });
  const recent = await loaded(newer);
  recent.receive(aSession());
  assert.deepEqual(recent.sessions, [newer]);
});

test("What is told while the server answers is not lost", async () => {
  const [first, second] = runs("first", "second");
  const completed = { ...first, run_phase: "completed" };
  let answer;
  const recent = new Runs(() => new Promise((resolve) => (answer = resolve)));
  const loading = recent.load();
  recent.receive(completed);
  recent.receive(second);
  answer({ results: [first] });
  await loading;
  assert.deepEqual(recent.sessions, [second, completed]);
});

test("Ten are shown", async () => {
  const [latest, ...others] = runs(..."abcdefghij", "k").reverse();
  const recent = await loaded(...others);
  recent.receive(latest);
  assert.equal(recent.sessions.length, 10);
  assert.equal(recent.sessions[0], latest);
});
