import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST_DELAY, Polling } from "../src/polling.js";
import { PATIENCE } from "../src/request.js";
import { World } from "./world.js";

const RUNNING = { session_id: "run-1", run_phase: "running" };
const INTERVAL = 3000;

function polling(answer, interval = INTERVAL) {
  const world = new World();
  world.answers.GET = answer;
  const told = { sessions: [], states: [] };
  const listener = {
    session: (session) => told.sessions.push(session),
    state: (state) => told.states.push(state),
  };
  const polling = new Polling("/sessions/", { workflow: "a & b" }, listener, world, interval);
  polling.open();
  return { polling, world, ...told };
}

test("It asks at once, and then at each interval", async () => {
  const { world, sessions, states } = polling(Response.json(RUNNING));
  await world.pass(0);
  assert.equal(world.requests[0].url, "/sessions/latest/?workflow_id=a+%26+b");
  assert.deepEqual([sessions, states], [[RUNNING], ["polling"]]);
  await world.pass(2 * INTERVAL);
  assert.equal(world.polls, 3);
});

for (const [trouble, answer, state] of [
  ["A refusal", 403, "refused"],
  ["A server that fails", 500, "lost"],
  ["A missing network", "no network", "lost"],
  ["An answer of something else", new Response("<h1>Welcome</h1>"), "lost"],
]) {
  test(`${trouble} is told, and asked again seldom`, async () => {
    const { world, states } = polling(answer);
    await world.pass(LONGEST_DELAY - 1);
    assert.deepEqual([world.polls, states], [1, [state]]);
    await world.pass(1);
    assert.equal(world.polls, 2);
  });
}

test("No trouble makes it ask more often than it should", async () => {
  const { world } = polling(500, 2 * LONGEST_DELAY);
  await world.pass(2 * LONGEST_DELAY - 1);
  assert.equal(world.polls, 1);
});

test("A longer time to wait, which the server names, holds", async () => {
  const answer = new Response(null, { status: 429, headers: { "Retry-After": "60" } });
  const { world } = polling(answer);
  await world.pass(59_999);
  assert.equal(world.polls, 1);
  await world.pass(1);
  assert.equal(world.polls, 2);
});

test("An answer that never comes to its end is given up", async () => {
  const { world, states } = polling(200);
  world.fetch = async (_url, { signal }) => {
    const body = new ReadableStream({
      start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
    });
    return new Response(body);
  };
  await world.pass(PATIENCE);
  assert.deepEqual(states, ["lost"]);
});

test("Closed, it asks no more, and tells of no answer that comes late", async () => {
  const { polling: closed, world, states } = polling(204);
  const answers = [];
  world.fetch = () => new Promise((resolve) => answers.push(resolve));
  await world.pass(0);
  closed.close();
  answers[0](new Response(null, { status: 204 }));
  await world.pass(LONGEST_DELAY);
  assert.equal(answers.length, 1);
  assert.deepEqual(states, []);
});
