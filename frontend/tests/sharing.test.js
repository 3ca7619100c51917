import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST_DELAY } from "../src/polling.js";
import { GRACE } from "../src/presence.js";
import { MOST_SESSIONS } from "../src/sharing.js";
import { load } from "./page.js";

const FIRST = { session_id: "run-1", run_phase: "running" };
const SECOND = { session_id: "run-2", run_phase: "running" };

/** With one component, and a stream. */
async function shown(changes) {
  const page = await load(undefined, changes);
  const { world } = page;
  const component = page.show();
  await world.pass(0);
  return { page, world, browser: world.browser, component };
}

test("The components of a page share a stream", async () => {
  const { page, browser, component } = await shown();
  const other = page.show();
  await browser.pass(0);
  assert.equal(browser.streams.length, 1);
  browser.streams[0].send(FIRST);
  assert.deepEqual([component.sessions, other.sessions], [[FIRST], [FIRST]]);
  assert.deepEqual([component.states, other.states], [
    ["connecting", "live"],
    ["connecting", "live"],
  ]);
});

test("One address may be written in two ways", async () => {
  const { page, browser } = await shown();
  page.show(undefined, { url: "http://host/sessions/" });
  page.show(undefined, { url: "../sessions/" });
  await browser.pass(0);
  assert.deepEqual(browser.streams.map(({ url }) => url.pathname), ["/sessions/stream/"]);
});

for (const topic of [{ workflow: "other" }, { skill: "django" }, { url: "/other/" }]) {
  test(`Another topic has a stream of its own: ${JSON.stringify(topic)}`, async () => {
    const { page, browser, component } = await shown();
    page.show(undefined, topic);
    await browser.pass(0);
    assert.equal(browser.streams.length, 2);
    browser.streams[1].send(FIRST);
    assert.deepEqual(component.sessions, []);
  });
}

test("A component that comes late is told at once what is known, the latest last", async () => {
  const { page, world } = await shown();
  world.source.send(FIRST);
  world.source.send(SECOND);
  world.source.send({ ...FIRST, run_phase: "completed" });
  const late = page.show();
  assert.deepEqual(late.states, ["live"]);
  assert.deepEqual(late.sessions, [SECOND, { ...FIRST, run_phase: "completed" }]);
});

test("The sessions that came last are known, and not all that ever came", async () => {
  const { page, world } = await shown();
  for (let run = 0; run <= MOST_SESSIONS; run += 1) world.source.send({ session_id: run });
  const late = page.show();
  assert.equal(late.sessions.length, MOST_SESSIONS);
  assert.deepEqual(late.sessions.at(-1), { session_id: MOST_SESSIONS });
});

test("A refusal makes forget what is known: another user may log in", async () => {
  const { page, world } = await shown();
  world.source.send(FIRST);
  world.answers.HEAD = 403;
  world.source.say("error");
  await world.pass(0);
  const late = page.show();
  assert.deepEqual([late.states, late.sessions], [["refused"], []]);
});

test("The last component to leave closes the stream", async () => {
  const { page, browser, component } = await shown();
  const last = page.show();
  component.leave();
  component.leave();
  browser.streams[0].send(FIRST);
  assert.deepEqual([component.sessions, last.sessions], [[], [FIRST]]);
  last.leave();
  await browser.pass(10 * LONGEST_DELAY);
  assert.equal(browser.streams.length, 0);
});

test("A component that left twice leaves those alone that came since", async () => {
  const { page, browser, component } = await shown();
  component.leave();
  page.show();
  component.leave();
  page.show();
  await browser.pass(0);
  assert.deepEqual([browser.streams.length, browser.channels.length], [1, 1]);
});

test("A page in the background rests after a while", async () => {
  const { world, browser, component } = await shown();
  world.source.say("ping");
  world.hide();
  await world.pass(GRACE - 1);
  assert.equal(browser.streams.length, 1);
  await world.pass(1);
  assert.equal(browser.streams.length, 0);
  await world.pass(10 * LONGEST_DELAY);
  assert.equal(world.sources.length, 1);
  assert.deepEqual(world.requests, []);
  assert.deepEqual(component.states, ["connecting", "live", "resting"]);
});

test("A page that is soon back keeps its stream", async () => {
  const { world, component } = await shown();
  world.source.say("ping");
  world.hide();
  await world.pass(GRACE - 1);
  world.show();
  for (let beat = 0; beat < 3; beat += 1) {
    await world.pass(GRACE / 2);
    world.source.say("ping");
  }
  assert.equal(world.sources.length, 1);
  assert.deepEqual(component.states, ["connecting", "live"]);
});

test("A page that is back has a stream at once, with what it missed", async () => {
  const { world, component } = await shown();
  world.source.send(FIRST, "7");
  world.hide();
  await world.pass(GRACE);
  world.show();
  await world.pass(0);
  assert.equal(world.source.url.searchParams.get("last_event_id"), "7");
  assert.equal(component.state, "connecting");
  world.source.say("ping");
  assert.equal(component.state, "live");
});

test("A page that is opened in the background waits to be seen", async () => {
  const page = await load();
  const { world } = page;
  world.hide();
  const component = page.show();
  await world.pass(2 * GRACE);
  assert.equal(world.sources.length, 0);
  world.show();
  await world.pass(0);
  assert.equal(world.sources.length, 1);
  assert.deepEqual(component.states, ["resting", "connecting"]);
});

test("A page that is left holds nothing, and is whole again if it is shown again", async () => {
  const { world, browser } = await shown();
  world.tell("pagehide");
  await browser.pass(0);
  const held = [browser.streams.length, browser.channels.length, browser.lockRequests];
  assert.deepEqual(held, [0, 0, 0]);
  world.tell("pageshow");
  await browser.pass(0);
  assert.equal(browser.streams.length, 1);
});

test("A page that was frozen joins again when it is resumed", async () => {
  const { world, browser } = await shown();
  world.tell("pagehide");
  world.document.dispatchEvent(new Event("resume"));
  await browser.pass(0);
  assert.equal(browser.streams.length, 1);
});

test("A page holds nothing while it is frozen", async () => {
  const { world, browser } = await shown();
  world.document.dispatchEvent(new Event("freeze"));
  await browser.pass(0);
  const held = [browser.streams.length, browser.channels.length, browser.lockRequests];
  assert.deepEqual(held, [0, 0, 0]);
});

test("A network that is back is used at once", async () => {
  const { world, browser } = await shown();
  world.source.say("error");
  assert.equal(browser.streams.length, 0);
  world.tell("online");
  assert.equal(browser.streams.length, 1);
});

test("A network that is back wakes no page that rests", async () => {
  const { world, browser } = await shown();
  world.hide();
  await world.pass(GRACE);
  world.tell("online");
  await world.pass(0);
  assert.equal(browser.streams.length, 0);
});

test("A 204 is for good, whatever happens to the page", async () => {
  const { page, world, component } = await shown();
  world.answers.HEAD = 204;
  world.source.say("error");
  await world.pass(0);
  world.tell("online");
  world.hide();
  await world.pass(GRACE);
  world.show();
  component.leave();
  const late = page.show();
  await world.pass(10 * LONGEST_DELAY);
  assert.equal(world.sources.length, 1);
  assert.deepEqual([component.states, late.states], [["connecting", "off"], ["off"]]);
});

test("A page that is no longer watched by a component minds nothing", async () => {
  const { world, browser, component } = await shown();
  component.leave();
  world.hide();
  world.show();
  world.tell("online");
  await world.pass(GRACE);
  assert.equal(browser.streams.length, 0);
});

for (const missing of ["locks", "channel"]) {
  test(`A page without ${missing} has a stream, which its components share`, async () => {
    const { page, world, browser, component } = await shown({ [missing]: undefined });
    page.show();
    world.source.send(FIRST, "7");
    world.hide();
    await world.pass(GRACE);
    assert.equal(browser.streams.length, 0);
    world.show();
    assert.equal(browser.streams.length, 1);
    assert.equal(world.source.url.searchParams.get("last_event_id"), "7");
    assert.deepEqual(component.states, ["connecting", "live", "resting", "connecting"]);
  });
}

test("A component that polls has no stream", async () => {
  const page = await load();
  const { world } = page;
  world.answers.GET = Response.json(FIRST);
  const component = page.show("3");
  await world.pass(6000);
  assert.equal(world.polls, 3);
  assert.equal(world.sources.length, 0);
  assert.deepEqual(component.states, ["connecting", "polling"]);
  assert.deepEqual(component.sessions, [FIRST, FIRST, FIRST]);
});

test("Components that poll as often share the polls", async () => {
  const page = await load();
  page.show("3");
  page.show(3);
  await page.world.pass(0);
  assert.equal(page.world.polls, 1);
});

test("A component that polls leaves the stream to the others", async () => {
  const { page, world, browser } = await shown();
  page.show(3);
  await world.pass(0);
  assert.deepEqual([browser.streams.length, world.polls], [1, 1]);
});

for (const [poll, most] of [["soon", 11], ["", 11], [0, 11], [-5, 11], [0.01, 11], [Infinity, 1]]) {
  test(`An interval of ${JSON.stringify(poll)} (${typeof poll}) does the server no harm`, async () => {
    const page = await load();
    page.world.answers.GET = 204;
    page.show(poll);
    await page.world.pass(10_000);
    assert.equal(page.world.polls, most);
  });
}

test("A page in the background does not poll", async () => {
  const page = await load();
  const { world } = page;
  world.answers.GET = 204;
  page.show(1);
  world.hide();
  await world.pass(GRACE);
  const { polls } = world;
  await world.pass(GRACE);
  assert.equal(world.polls, polls);
  world.show();
  await world.pass(0);
  assert.equal(world.polls, polls + 1);
});
