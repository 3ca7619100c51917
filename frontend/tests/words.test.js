import assert from "node:assert/strict";
import { test } from "node:test";

import { moment, words } from "../src/words.js";

const SECOND = 1_000;
const DURATIONS = [
  [-5, "0 s"],
  [0, "0 s"],
  [0.999, "0 s"],
  [1, "1 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [123, "2 min 3 s"],
  [3600, "1 h"],
  [3605, "1 h"],
  [3900, "1 h 5 min"],
  [86_399, "23 h 59 min"],
  [86_400, "1 d"],
  [180_000, "2 d 2 h"],
];

for (const [seconds, said] of DURATIONS) {
  test(`${seconds} seconds are "${said}"`, () => {
    const unbroken = said.replace(/(\d) /g, "$1\u00a0");
    assert.equal(words.duration(seconds * SECOND), unbroken);
  });
}

test("A moment is told in the language of the page", () => {
  assert.match(moment("2026-10-24T12:00:00Z", "de"), /^24\.10\.2026/);
});

for (const language of ["", "en_US", "not a language"]) {
  test(`A page whose language is ${JSON.stringify(language)} is told the moment all the same`, () => {
    assert.match(moment("2026-10-24T12:00:00Z", language), /2026/);
  });
}
