// What the visitor presses.

const actions = document.getElementById("actions");
const then = document.getElementById("then");

actions.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { formAction, dataset } = event.submitter;
  const response = await fetch(formAction, { method: "POST", body: new FormData(actions) }).catch(() => undefined);
  then.textContent = response?.status === 204 ? dataset.then : "That did not work. Please reload the page.";
});

// The terminal: all that is on it arrives each time that there is more.

const terminal = document.getElementById("terminal");

new EventSource(terminal.dataset.url).onmessage = ({ data }) => {
  terminal.replaceChildren(...JSON.parse(data).trimEnd().split("\n").map(line));
  terminal.scrollTop = terminal.scrollHeight;
};

function line(text) {
  const element = document.createElement("span");
  element.textContent = text;
  element.dataset.mark = text.slice(0, 1);
  return element;
}

// The lines of the embedding.

const copy = document.getElementById("copy");

copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(document.getElementById("embedding").textContent.trim());
  copy.textContent = "Copied";
  setTimeout(() => (copy.textContent = "Copy"), 2000);
});
