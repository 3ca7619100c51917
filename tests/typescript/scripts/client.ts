/** A recorded run by the generated client: pushed and followed at the same time, then read back. */
import { setTimeout } from "node:timers/promises";

import { EventSource } from "eventsource";

import { follow } from "./follow.js";
import { report } from "./report.js";
import {
  wizardSessionsLatestRetrieve,
  wizardSessionsList,
  wizardSessionsRetrieve,
  type WizardSession,
  type WizardSessionRequest,
} from "./wizardSessions.js";

const key = process.env.KEY ?? "";
const pushes: WizardSessionRequest[] = JSON.parse(process.env.PUSHES ?? "");
const { workflow_id, session_id } = pushes[0];
const authorised = { headers: { Authorization: `Bearer ${key}` } };

/** A browser's has cookies; node has none of its own. */
class KeyedEventSource extends EventSource {
  constructor(url: string | URL) {
    super(url, {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, ...authorised.headers } }),
    });
  }
}
Object.assign(globalThis, { EventSource: KeyedEventSource });

const before = await wizardSessionsLatestRetrieve(1, { workflow_id }, authorised);

const seen: WizardSession[] = [];
const source = follow(workflow_id, (session) => seen.push(session));
await new Promise((resolve) => (source.onopen = resolve));

let last: WizardSession | undefined;
for (const push of pushes) last = await report(push, key);
while (seen.at(-1)?.updated_at !== last?.updated_at) await setTimeout(10);
source.close();

const page = await wizardSessionsList(1, { workflow_id }, authorised);
const latest = await wizardSessionsLatestRetrieve(1, { workflow_id }, authorised);
const one = await wizardSessionsRetrieve(1, encodeURIComponent(session_id), authorised);
console.log(JSON.stringify({ before, seen, page, latest, one }));
