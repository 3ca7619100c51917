const byId = (id) => document.getElementById(id);
const phases = JSON.parse(byId("phases").textContent);

// Whatever was pushed is set as text, never as HTML.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// One child for each item: those that are there are kept, so that nothing on the page flickers.
function setItems(list, template, items, fill) {
  while (list.children.length > items.length) list.lastElementChild.remove();
  items.forEach((item, index) => {
    if (!list.children[index]) list.append(template.content.cloneNode(true));
    fill(list.children[index], item);
  });
}

function fillTask(row, task) {
  row.dataset.status = task.status;
  setText(row.children[0], task.title);
  setText(row.children[1], task.status.replace("_", " "));
}

function fillEvent(row, event) {
  setText(row.children[0], event.name);
  setText(row.children[1], String(event.description ?? ""));
}

function isNamed(event) {
  return typeof event?.name === "string" && event.name !== "";
}

function show(session) {
  const { tasks, error, event_plan: plan } = session;
  const phase = session.is_stale ? "stalled" : session.run_phase;
  const completed = tasks.filter((task) => task.status === "completed").length;
  const events = Array.isArray(plan?.events) ? plan.events.filter(isNamed) : [];

  byId("nothing").hidden = true;
  byId("run").hidden = false;
  byId("run").dataset.session = session.session_id;
  byId("run").dataset.phase = phase;
  document.title = `${phases[phase]} · ${document.querySelector("h1").textContent}`;
  setText(byId("skill"), session.skill_id);
  byId("started").dateTime = session.started_at;
  byId("started").dataset.created = session.created_at;
  showLocalTime();
  setText(byId("phase"), phases[phase]);
  byId("tally").hidden = tasks.length === 0;
  byId("progress").max = tasks.length || 1;
  byId("progress").value = completed;
  setText(byId("count"), `${completed} of ${tasks.length} tasks completed`);
  byId("failure").hidden = error === null;
  setText(byId("error"), typeof error?.message === "string" ? error.message : JSON.stringify(error, null, 2));
  setItems(byId("tasks"), byId("task"), tasks, fillTask);
  byId("plan").hidden = events.length === 0;
  setItems(byId("events"), byId("event"), events, fillEvent);
}

function showLocalTime() {
  const format = { dateStyle: "medium", timeStyle: "medium" };
  if (byId("started").dateTime) setText(byId("started"), new Date(byId("started").dateTime).toLocaleString("en-GB", format));
}

// An earlier run may still be pushed to while a later one is shown.
function isOutdated({ session_id, started_at, created_at }) {
  const shown = byId("started");
  if (!shown.dateTime || session_id === byId("run").dataset.session) return false;
  const later = Date.parse(started_at) - Date.parse(shown.dateTime) || Date.parse(created_at) - Date.parse(shown.dataset.created);
  return later < 0;
}

function showConnection(state, words) {
  byId("connection").dataset.state = state;
  setText(byId("connection"), words);
}

showConnection("connecting", "connecting");
// The browser reconnects by itself, and the stream then begins with the newest state.
const source = new EventSource(byId("run").dataset.stream, { withCredentials: true });
let ended = false; // by the server, which does so from time to time: no reason for alarm
source.addEventListener("end", () => { ended = true; });
source.onopen = () => showConnection("live", "live");
source.onmessage = ({ data }) => {
  const session = JSON.parse(data);
  if (!isOutdated(session)) show(session);
};
source.onerror = () => {
  if (source.readyState === EventSource.CLOSED) showConnection("lost", "not connected: reload the page");
  else if (!ended) showConnection("lost", "connection lost, trying again");
  ended = false;
};
showLocalTime();
