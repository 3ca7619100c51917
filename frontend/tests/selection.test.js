import assert from "node:assert/strict";
import { test } from "node:test";

import { Selection } from "../src/selection.js";
import { aSession, runs } from "./sessions.js";

const LATER = "2026-11-24T02:40:00Z";

test("The newest run is shown", () => {
  const selection = new Selection();
  const [first, second] = runs("first", "second");
  assert.equal(selection.receive(first), true);
  assert.equal(selection.receive(second), true);
  assert.equal(selection.shown, second);
});

test("An earlier run that is still pushed does not take its place", () => {
  const selection = new Selection();
  const [first, second] = runs("first", "second");
  selection.receive(second);
  assert.equal(selection.receive(first), false);
  assert.equal(selection.shown, second);
});

test("An older state does not take the place of a newer one", () => {
  const selection = new Selection();
  const newer = aSession({ updated_at: LATER });
  selection.receive(newer);
  assert.equal(selection.receive(aSession()), false);
  assert.equal(selection.shown, newer);
});

test("The same state again changes nothing", () => {
  const selection = new Selection();
  selection.receive(aSession());
  assert.equal(selection.receive(aSession()), false);
});

test("A run that has stalled since is shown anew", () => {
  const selection = new Selection();
  selection.receive(aSession());
  assert.equal(selection.receive(aSession({ is_stale: true })), true);
});

test("A run that was picked stays, whatever starts after it", () => {
  const selection = new Selection();
  const [first, second, third] = runs("first", "second", "third");
  selection.receive(second);
  selection.pick(first);
  assert.equal(selection.receive(third), false);
  assert.equal(selection.shown, first);
  assert.equal(selection.newest, third);
  assert.equal(selection.isEarlier, true);
});

test("A run that was picked is followed", () => {
  const selection = new Selection();
  const [first, second] = runs("first", "second");
  selection.receive(second);
  selection.pick(first);
  const changed = { ...first, updated_at: LATER };
  assert.equal(selection.receive(changed), true);
  assert.equal(selection.shown, changed);
});

test("When the newest is picked, the one that starts after it is shown", () => {
  const selection = new Selection();
  const [first, second, third] = runs("first", "second", "third");
  selection.receive(second);
  selection.pick(first);
  selection.pick(second);
  assert.equal(selection.isEarlier, false);
  assert.equal(selection.receive(third), true);
  assert.equal(selection.shown, third);
});

test("The only run to show is shown, though it is not the newest", () => {
  const selection = new Selection("first");
  const [first, second] = runs("first", "second");
  assert.equal(selection.receive(second), false);
  assert.equal(selection.shown, undefined);
  assert.equal(selection.receive(first), true);
  assert.equal(selection.isEarlier, false);
});

test("There is nothing earlier where nothing is shown", () => {
  assert.equal(new Selection().isEarlier, false);
});
