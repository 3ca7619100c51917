import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection, SHORTEST_DELAY, SILENCE } from "../src/connection.js";
import { LONGEST_DELAY, POLL_INTERVAL } from "../src/polling.js";
import { LONGEST_WAIT, PATIENCE } from "../src/request.js";
import { World } from "./world.js";

const RUNNING = { session_id: "run-1", run_phase: "running" };
const COMPLETED = { session_id: "run-1", run_phase: "completed" };

function connected(topic = { workflow: "integration" }) {
  const world = new World();
  const told = { sessions: [], states: [] };
  const listener = {
    session: (session) => told.sessions.push(session),
    state: (state) => told.states.push(state),
  };
  const connection = new Connection("/sessions/", topic, listener, world);
  connection.open();
  return { connection, world, ...told };
}

/** Fails so often, each time when it is due; what it waited in between. */
async function failing(world, times) {
  const waited = [];
  while (waited.length < times) {
    const [count, since] = [world.sources.length, world.now];
    world.source.say("error");
    while (world.sources.length === count) await world.pass(100);
    waited.push(world.now - since);
  }
  return waited;
}

test("It asks for the topic, and for heartbeats that a page can see", () => {
  const { world } = connected({ workflow: "a & b", skill: "django" });
  assert.equal(world.source.url.pathname, "/sessions/stream/");
  assert.deepEqual(Object.fromEntries(world.source.url.searchParams), {
    workflow_id: "a & b",
    skill_id: "django",
    heartbeat: "event",
  });
});

test("It tells each session, and that it is live", () => {
  const { world, sessions, states } = connected();
  world.source.send(RUNNING);
  world.source.send(COMPLETED);
  assert.deepEqual(sessions, [RUNNING, COMPLETED]);
  assert.deepEqual(states, ["live"]);
});

test("A ping shows it live where nothing has run yet", () => {
  const { world, states } = connected();
  world.source.say("ping");
  assert.deepEqual(states, ["live"]);
});

test("Delays double from 2 seconds to 30", async () => {
  const { world } = connected();
  assert.deepEqual(await failing(world, 6), [4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("Delays are jittered, and never below 2 seconds", async () => {
  const { world } = connected();
  world.luck = 0;
  assert.deepEqual(await failing(world, 3), [2000, 2000, 2000]);
});

test("What is heard begins the delays anew", async () => {
  const { world } = connected();
  await failing(world, 4);
  world.source.say("ping");
  assert.deepEqual(await failing(world, 1), [4000]);
});

test("A lost connection is told, and that it is back", async () => {
  const { world, states } = connected();
  world.source.say("ping");
  await failing(world, 1);
  world.source.say("ping");
  assert.deepEqual(states, ["live", "lost", "live"]);
});

test("It comes back with the id of the last event", async () => {
  const { world } = connected();
  world.source.send(RUNNING, "cursor+1");
  await failing(world, 1);
  assert.equal(world.source.url.searchParams.get("last_event_id"), "cursor+1");
});

test("A stream that the server ends is reopened without alarm", async () => {
  const { world, states } = connected();
  world.source.say("ping");
  world.source.say("end");
  await world.pass(4000);
  assert.equal(world.sources.length, 2);
  assert.deepEqual(world.requests, []);
  assert.deepEqual(states, ["live"]);
});

test("A 204 is respected for good", async () => {
  const { world, states } = connected();
  world.answers.HEAD = 204;
  world.source.say("error");
  await world.pass(24 * 3600 * 1000);
  assert.equal(world.sources.length, 1);
  assert.equal(world.polls, 0);
  assert.deepEqual(states, ["off"]);
});

for (const status of [401, 403, 404]) {
  test(`A ${status} is told, and asked again: a log-in may come`, async () => {
    const { world, states } = connected();
    world.answers.HEAD = status;
    await failing(world, 3);
    world.source.send(RUNNING);
    assert.deepEqual(states, ["refused", "live"]);
  });
}

test("A redirect to a log-in form is a refusal", async () => {
  const { world, states } = connected();
  const redirect = { type: "opaqueredirect", status: 0, ok: false, headers: new Headers() };
  world.answers.HEAD = { clone: () => redirect };
  await failing(world, 1);
  assert.deepEqual(states, ["refused"]);
});

test("A longer time to wait, which the server names, holds", async () => {
  const { world } = connected();
  world.answers.HEAD = new Response(null, { status: 503, headers: { "Retry-After": "60" } });
  assert.deepEqual(await failing(world, 1), [60_000]);
});

test("A server that wants to be left alone for months is asked again after a day", async () => {
  const { world } = connected();
  const headers = { "Retry-After": String(90 * 24 * 3600) };
  world.answers.HEAD = new Response(null, { status: 503, headers });
  world.source.say("error");
  await world.pass(LONGEST_WAIT - 1);
  assert.equal(world.sources.length, 1);
  await world.pass(1);
  assert.equal(world.sources.length, 2);
});

test("A connection that falls silent is taken for lost", async () => {
  const { world, states } = connected();
  world.source.say("ping");
  await world.pass(SILENCE - 1);
  assert.deepEqual(states, ["live"]);
  await world.pass(1);
  assert.deepEqual(states, ["live", "lost"]);
  assert.equal(world.sources[0].isOpen, false);
});

test("A network that swallows everything is told by the next attempt", async () => {
  const { world, states } = connected();
  world.answers = { HEAD: "silence", GET: "silence" };
  world.source.say("ping");
  await world.pass(SILENCE + 2 * SHORTEST_DELAY);
  assert.deepEqual(states, ["live", "lost"]);
});

test("A poll that is never answered is given up, and told", async () => {
  const { world, states } = connected();
  world.answers = { HEAD: "silence", GET: 204 };
  await world.pass(POLL_INTERVAL);
  world.answers.GET = "silence";
  await world.pass(POLL_INTERVAL + PATIENCE);
  assert.deepEqual(states, ["polling", "lost"]);
});

test("A heartbeat in time keeps it", async () => {
  const { world } = connected();
  for (let beat = 0; beat < 10; beat += 1) {
    world.source.say("ping");
    await world.pass(SILENCE - 1);
  }
  assert.equal(world.sources.length, 1);
});

test("While a stream shows nothing, the latest session is polled", async () => {
  const { world, sessions, states } = connected();
  world.answers.GET = Response.json(RUNNING);
  await world.pass(POLL_INTERVAL * 3);
  assert.equal(world.polls, 3);
  assert.equal(world.requests[0].url, "/sessions/latest/?workflow_id=integration");
  assert.deepEqual(sessions, [RUNNING, RUNNING, RUNNING]);
  assert.deepEqual(states, ["polling"]);
});

test("A poll that finds no session tells none", async () => {
  const { world, sessions } = connected();
  world.answers.GET = 204;
  await world.pass(POLL_INTERVAL);
  assert.deepEqual(sessions, []);
});

test("A stream that shows something after all ends the polling", async () => {
  const { world, states } = connected();
  world.answers.GET = 204;
  await world.pass(POLL_INTERVAL);
  world.source.say("ping");
  await world.pass(SILENCE - 1);
  assert.equal(world.polls, 1);
  assert.deepEqual(states, ["polling", "live"]);
});

test("A server with too many streams is polled, and asked for a stream again", async () => {
  const { world, states } = connected();
  world.answers = { HEAD: 503, GET: Response.json(RUNNING) };
  await failing(world, 5);
  assert.deepEqual(states, ["lost", "polling"]);
});

test("A stream that fails again and again does not put the polls off", async () => {
  const { world } = connected();
  world.luck = 0;
  world.answers = { HEAD: 503, GET: 204 };
  await failing(world, 4); // 8 seconds
  assert.equal(world.polls, 1);
});

test("A server that cannot be polled is polled seldom", async () => {
  const { world, states } = connected();
  await world.pass(POLL_INTERVAL + LONGEST_DELAY - 1);
  assert.equal(world.polls, 1);
  await world.pass(1);
  assert.equal(world.polls, 2);
  assert.deepEqual(states, ["lost"]);
});

test("A poll that is refused is told at once", async () => {
  const { world, states } = connected();
  world.answers.GET = 401;
  await world.pass(POLL_INTERVAL);
  assert.deepEqual(states, ["refused"]);
});

test("Requests carry the cookies, and follow no redirect", async () => {
  const { world } = connected();
  await failing(world, 1);
  const [{ init }] = world.requests;
  assert.deepEqual([init.credentials, init.redirect], ["include", "manual"]);
});

test("The answer of a poll does not come after what the stream showed meanwhile", async () => {
  const { world, sessions } = connected();
  let answer;
  world.fetch = () => new Promise((resolve) => (answer = resolve));
  await world.pass(POLL_INTERVAL);
  world.source.send(COMPLETED);
  answer(Response.json(RUNNING));
  await world.pass(0);
  assert.deepEqual(sessions, [COMPLETED]);
});

test("Closed, it has no stream, asks for nothing, and tells nothing", async () => {
  const { connection, world, states } = connected();
  world.source.say("ping");
  connection.close();
  await world.pass(10 * LONGEST_DELAY);
  assert.equal(world.source.isOpen, false);
  assert.equal(world.sources.length, 1);
  assert.deepEqual(world.requests, []);
  assert.deepEqual(states, ["live"]);
});

test("Opened again, it has a stream at once, asks for what it missed, and tells its state anew", () => {
  const { connection, world, states } = connected();
  world.source.send(RUNNING, "7");
  connection.close();
  connection.open();
  assert.equal(world.source.url.searchParams.get("last_event_id"), "7");
  world.source.send(COMPLETED, "8");
  assert.deepEqual(states, ["live", "live"]);
});

test("Opened again, it begins the delays anew", async () => {
  const { connection, world } = connected();
  await failing(world, 4);
  connection.close();
  connection.open();
  assert.deepEqual(await failing(world, 1), [4000]);
});

test("Closed while the server is asked why, it stays closed", async () => {
  const { connection, world, states } = connected();
  world.source.say("error");
  connection.close();
  await world.pass(LONGEST_DELAY);
  assert.equal(world.sources.length, 1);
  assert.deepEqual(states, []);
});

test("To open it twice leaves one stream", () => {
  const { connection, world } = connected();
  connection.open();
  assert.deepEqual(world.sources.map(({ isOpen }) => isOpen), [false, true]);
});
