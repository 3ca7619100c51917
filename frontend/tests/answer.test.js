import assert from "node:assert/strict";
import { test } from "node:test";

import { answer } from "../src/answer.js";
import { LONGEST_DELAY } from "../src/polling.js";
import { World } from "./world.js";

const SESSION = { session_id: "run-1" };

/** What comes of it, as soon as anything does. */
function asked(status, isWanted = () => true) {
  const world = new World();
  world.answers.GET = status;
  const told = { world, results: [] };
  answer("/sessions/latest/", isWanted, world).then((result) => told.results.push(result));
  return told;
}

test("The session that there is, is the answer", async () => {
  const { world, results } = asked(Response.json(SESSION));
  await world.pass(0);
  assert.deepEqual(results, [SESSION]);
});

for (const status of [204, 404]) {
  test(`A ${status} says that there is none`, async () => {
    const { world, results } = asked(status);
    await world.pass(0);
    assert.deepEqual(results, [null]);
  });
}

for (const status of [500, 503, "no network", "silence"]) {
  test(`No answer (${status}) does not say that there is none: the server is asked again`, async () => {
    const { world, results } = asked(status);
    await world.pass(LONGEST_DELAY - 1);
    assert.deepEqual(results, []);
    world.answers.GET = Response.json(SESSION);
    await world.pass(LONGEST_DELAY);
    assert.deepEqual(results, [SESSION]);
  });
}

test("An answer that comes when it is wanted no longer is none", async () => {
  let isWanted = true;
  const { world, results } = asked(204, () => isWanted);
  isWanted = false;
  await world.pass(0);
  assert.deepEqual(results, [undefined]);
});

test("What is wanted no longer is not asked for again", async () => {
  let isWanted = true;
  const { world, results } = asked(503, () => isWanted);
  await world.pass(0);
  isWanted = false;
  await world.pass(10 * LONGEST_DELAY);
  assert.deepEqual([world.polls, results], [1, [undefined]]);
});
