import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST_DELAY } from "../src/polling.js";
import { GRACE } from "../src/presence.js";
import { ANSWER, DOUBT } from "../src/tabs.js";
import { Browser } from "./browser.js";
import { load } from "./page.js";

const FIRST = { session_id: "run-1", run_phase: "running" };
const SECOND = { session_id: "run-2", run_phase: "running" };
const COMPLETED = { session_id: "run-1", run_phase: "completed" };
const STALLED = { ...FIRST, is_stale: true };
const ROBBERY = DOUBT + 2 * ANSWER; // after this long without a word at the latest

/** Tabs with one component each; the first one leads. */
async function opened(count, changes) {
  const browser = new Browser();
  const tabs = [];
  while (tabs.length < count) tabs.push(await open(browser, changes));
  return [browser, ...tabs];
}

async function open(browser, changes) {
  const page = await load(browser, changes);
  const tab = Object.assign(page.show(), { world: page.world });
  await browser.pass(0);
  return tab;
}

async function send(browser, session, id) {
  for (const stream of browser.streams) stream.send(session, id);
  await browser.pass(0);
}

async function say(browser, type) {
  for (const stream of browser.streams) stream.say(type);
  await browser.pass(0);
}

/** Of each open stream, the cursor it began with. */
const cursors = (browser) =>
  browser.streams.map(({ url }) => url.searchParams.get("last_event_id"));

const isOpen = ({ world }) => world.sources.some(({ isOpen }) => isOpen);

test("All tabs are told what comes by one stream", async () => {
  const [browser, ...tabs] = await opened(3);
  assert.equal(browser.streams.length, 1);
  await send(browser, FIRST);
  await say(browser, "error");
  for (const { sessions, states } of tabs) {
    assert.deepEqual(sessions, [FIRST]);
    assert.deepEqual(states, ["connecting", "live", "lost"]);
  }
});

test("Tabs of another topic are told nothing", async () => {
  const [browser] = await opened(1);
  const page = await load(browser);
  const other = page.show(undefined, { workflow: "other" });
  await browser.pass(0);
  assert.equal(browser.streams.length, 2);
  browser.streams[0].send(FIRST);
  await browser.pass(0);
  assert.deepEqual(other.sessions, []);
});

test("A new tab is told at once what is known, and the others are not told again", async () => {
  const [browser, , follower] = await opened(2);
  await send(browser, FIRST);
  await send(browser, SECOND);
  const late = await open(browser);
  assert.deepEqual(late.states, ["connecting", "live"]);
  assert.deepEqual(late.sessions, [FIRST, SECOND]);
  assert.deepEqual(follower.sessions, [FIRST, SECOND]);
  assert.deepEqual(cursors(browser), [null]);
});

test("A new tab is told also what was polled", async () => {
  const [browser, leader] = await opened(1);
  leader.world.answers.GET = Response.json(FIRST);
  await browser.pass(5000);
  const late = await open(browser);
  assert.deepEqual([late.states, late.sessions], [["connecting", "polling"], [FIRST]]);
});

for (const end of ["close", "crash"]) {
  test(`Where the leader goes (${end}), the next tab goes on from the last event`, async () => {
    const [browser, leader, next, last] = await opened(3);
    await send(browser, FIRST, "7");
    leader.world[end]();
    await browser.pass(0);
    assert.deepEqual(cursors(browser), ["7"]);
    assert.ok(isOpen(next));
    await send(browser, COMPLETED, "8");
    assert.deepEqual(last.sessions, [FIRST, COMPLETED]);
    assert.deepEqual(last.states, ["connecting", "live"]);
  });
}

test("Where the last component of the leader goes, the next tab leads", async () => {
  const [browser, leader, next] = await opened(2);
  leader.leave();
  await browser.pass(0);
  assert.deepEqual([browser.streams.length, isOpen(next)], [1, true]);
});

test("A leader in the background lets a tab lead that is seen", async () => {
  const [browser, leader, seen] = await opened(2);
  await send(browser, FIRST, "7");
  leader.world.hide();
  await browser.pass(GRACE);
  assert.deepEqual([leader.state, isOpen(leader)], ["resting", false]);
  assert.deepEqual([seen.state, isOpen(seen)], ["live", true]);
});

test("Where nobody sees a tab, there is no stream", async () => {
  const [browser, ...tabs] = await opened(3);
  for (const { world } of tabs) world.hide();
  await browser.pass(GRACE);
  assert.equal(browser.streams.length, 0);
  await browser.pass(10 * LONGEST_DELAY);
  assert.equal(browser.streams.length, 0);
});

test("A tab in the background does not come to lead", async () => {
  const [browser, leader, hidden] = await opened(2);
  hidden.world.hide();
  await browser.pass(GRACE);
  assert.equal(browser.lockRequests, 1);
  leader.world.close();
  await browser.pass(ROBBERY);
  assert.equal(browser.streams.length, 0);
});

test("A tab that is back is told all it missed", async () => {
  const [browser, , tab] = await opened(2);
  await send(browser, FIRST, "7");
  tab.world.hide();
  await browser.pass(GRACE);
  await send(browser, SECOND, "8");
  tab.world.show();
  assert.equal(tab.state, "connecting");
  await browser.pass(0);
  assert.equal(tab.state, "live");
  assert.deepEqual(tab.sessions.at(-1), SECOND);
});

test("A tab that is back is told that the run stalled meanwhile", async () => {
  const [browser, , tab] = await opened(2);
  await send(browser, FIRST, "7");
  tab.world.hide();
  await browser.pass(GRACE);
  await send(browser, STALLED, "7");
  tab.world.show();
  await browser.pass(0);
  assert.deepEqual(tab.sessions.at(-1), STALLED);
});

test("The stream goes on from where a tab left that is back, whatever the leader saw", async () => {
  const [browser, leader] = await opened(1);
  await send(browser, FIRST, "7");
  leader.world.hide();
  await browser.pass(GRACE);
  const newer = await open(browser);
  await send(browser, SECOND, "9");
  leader.world.show();
  await browser.pass(0);
  assert.ok(isOpen(newer));
  assert.deepEqual(cursors(browser), ["7"]);
});

test("A tab is told all it missed, though the leader goes as it comes back", async () => {
  const [browser, leader, next, tab] = await opened(3);
  await send(browser, FIRST, "7");
  tab.world.hide();
  await browser.pass(GRACE);
  await send(browser, SECOND, "8");
  tab.world.show();
  leader.world.crash();
  await browser.pass(0);
  assert.ok(isOpen(next));
  assert.deepEqual(cursors(browser), ["7"]);
  assert.deepEqual(tab.sessions.at(-1), SECOND);
});

test("A tab that missed nothing does not disturb the stream", async () => {
  const [browser, leader, tab] = await opened(2);
  await send(browser, FIRST, "7");
  tab.world.hide();
  await browser.pass(GRACE);
  tab.world.show();
  await browser.pass(0);
  assert.equal(tab.state, "live");
  assert.equal(leader.world.sources.length, 1);
});

test("A leader that answers leads on, however little comes", async () => {
  const [browser, leader, ...followers] = await opened(3);
  for (let beat = 0; beat < 20; beat += 1) {
    await say(browser, "ping");
    await browser.pass(DOUBT / 2);
  }
  assert.equal(leader.world.sources.length, 1);
  for (const { world } of followers) assert.equal(world.sources.length, 0);
});

test("A frozen leader is robbed", async () => {
  const [browser, leader, tab] = await opened(2);
  await send(browser, FIRST, "7");
  leader.world.isFrozen = true;
  await browser.pass(DOUBT);
  assert.equal(isOpen(tab), false);
  await browser.pass(ROBBERY - DOUBT);
  assert.ok(isOpen(tab));
  assert.equal(tab.world.source.url.searchParams.get("last_event_id"), "7");
});

test("A leader that thaws follows the thief, and is told what it missed", async () => {
  const [browser, leader, thief] = await opened(2);
  await send(browser, FIRST, "7");
  leader.world.isFrozen = true;
  await browser.pass(ROBBERY);
  thief.world.source.send(COMPLETED, "8");
  leader.world.isFrozen = false;
  await browser.pass(0);
  assert.deepEqual([isOpen(leader), isOpen(thief)], [false, true]);
  assert.deepEqual([leader.state, leader.sessions.at(-1)], ["live", COMPLETED]);
  thief.leave();
  await browser.pass(0);
  assert.deepEqual([isOpen(leader), isOpen(thief)], [true, false]);
});

test("What a leader tells that thaws is not news", async () => {
  const [browser, leader, thief, witness] = await opened(3);
  witness.world.luck = thief.world.luck + 1;
  leader.world.isFrozen = true;
  leader.world.source.send(FIRST, "7");
  await browser.pass(ROBBERY);
  thief.world.source.send(COMPLETED, "8");
  leader.world.isFrozen = false;
  await browser.pass(0);
  assert.deepEqual(witness.sessions, [COMPLETED]);
  assert.deepEqual(thief.sessions, [COMPLETED]);
});

test("A new tab that comes to lead is heard, though it never heard of a leader", async () => {
  const [browser, first, second, witness] = await opened(3);
  first.world.close();
  await browser.pass(0);
  second.world.isFrozen = true;
  const thief = await open(browser);
  await browser.pass(2 * ANSWER);
  assert.ok(isOpen(thief));
  await send(browser, FIRST);
  assert.deepEqual(witness.sessions, [FIRST]);
});

test("A leader is heard, though the clock was set back", async () => {
  const [browser, leader, next, witness] = await opened(3);
  next.world.time = () => -1;
  leader.world.close();
  await browser.pass(0);
  await send(browser, FIRST);
  assert.deepEqual(witness.sessions, [FIRST]);
});

test("A new tab does not wait long for a leader that is frozen", async () => {
  const [browser, leader] = await opened(1);
  leader.world.isFrozen = true;
  const late = await open(browser);
  await browser.pass(2 * ANSWER);
  assert.ok(isOpen(late));
});

test("One thief is enough", async () => {
  const [browser, leader, ...tabs] = await opened(4);
  leader.world.isFrozen = true;
  tabs.forEach(({ world }, index) => (world.luck = index / tabs.length));
  await browser.pass(ROBBERY);
  assert.deepEqual(tabs.map(({ world }) => world.sources.length), [1, 0, 0]);
});

test("Thieves that steal at once leave one leader, and no duel", async () => {
  const [browser, leader, ...tabs] = await opened(4);
  leader.world.isFrozen = true;
  await browser.pass(ROBBERY);
  leader.world.isFrozen = false;
  const opens = () => tabs.reduce((sum, { world }) => sum + world.sources.length, 0);
  const before = opens();
  for (let beat = 0; beat < 20; beat += 1) {
    await say(browser, "ping");
    await browser.pass(DOUBT / 2);
  }
  assert.equal(browser.streams.length, 1);
  assert.equal(opens(), before);
  await send(browser, COMPLETED, "8");
  for (const { sessions } of [leader, ...tabs]) assert.deepEqual(sessions, [COMPLETED]);
});

test("Tabs that all slept ask before they steal", async () => {
  const [browser, leader, ...followers] = await opened(3);
  const tabs = [leader, ...followers];
  await browser.pass(DOUBT - 1);
  for (const { world } of tabs) world.isFrozen = true;
  await browser.pass(3600 * 1000);
  for (const { world } of tabs) world.isFrozen = false;
  await browser.pass(ROBBERY);
  for (const { world } of followers) assert.equal(world.sources.length, 0);
});

test("A network that is back is used at once, by the leader alone", async () => {
  const [browser, leader, follower] = await opened(2);
  await say(browser, "error");
  for (const { world } of [follower, leader]) world.tell("online");
  await browser.pass(0);
  assert.deepEqual([leader.world.sources.length, follower.world.sources.length], [2, 0]);
  assert.equal(browser.channels.length, 2);
});

test("All tabs ask to log in; a tab that is opened then may be the log-in", async () => {
  const [browser, leader, follower] = await opened(2);
  await send(browser, FIRST);
  leader.world.answers.HEAD = 403;
  await say(browser, "error");
  assert.equal(follower.state, "refused");
  const late = await open(browser);
  assert.deepEqual([late.state, late.sessions], ["refused", []]);
  assert.equal(browser.streams.length, 1);
  await say(browser, "ping");
  for (const { state } of [leader, follower, late]) assert.equal(state, "live");
});

test("A new tab is told nothing that its visitor may not see: somebody else may have logged in", async () => {
  const [browser, leader] = await opened(1);
  await send(browser, FIRST);
  leader.world.answers.HEAD = 403;
  const late = await open(browser);
  assert.deepEqual(late.sessions, []);
  await say(browser, "error");
  for (const { state } of [leader, late]) assert.equal(state, "refused");
});

test("A 204 is for good in all tabs, and for a page that is loaded later not yet", async () => {
  const [browser, leader, follower] = await opened(2);
  leader.world.answers.HEAD = 204;
  await say(browser, "error");
  await browser.pass(10 * LONGEST_DELAY);
  follower.world.tell("online");
  leader.world.close();
  await browser.pass(0);
  assert.deepEqual([leader.state, follower.state], ["off", "off"]);
  assert.deepEqual([leader.world.sources.length, follower.world.sources.length], [1, 0]);
  const late = await open(browser);
  assert.ok(isOpen(late));
});

test("A page that may not use locks has a stream of its own", async () => {
  const request = async () => {
    throw new DOMException("Not here", "SecurityError");
  };
  const [browser, one, other] = await opened(2, { locks: { request } });
  await browser.pass(ROBBERY);
  assert.deepEqual([isOpen(one), isOpen(other)], [true, true]);
});
