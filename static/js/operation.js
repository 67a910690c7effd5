// An operation's page while it runs.
{
  // Logs: follow the end while the reader is at the end.
  const atEnd = new WeakMap();
  const MOST = 5_000;

  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target instanceof Element && target.matches(".log")) {
        atEnd.set(target, target.scrollHeight - target.scrollTop - target.clientHeight < 24);
      }
    },
    true,
  );

  zelo.start((root) =>
    root.querySelectorAll(".log[data-follow]").forEach((log) => {
      // A log that is followed for hours must not fill the browser's memory.
      const lines = log.querySelector("ol[sse-swap]");
      while (lines && lines.childElementCount > MOST) lines.firstElementChild.remove();
      if (atEnd.get(log) !== false) log.scrollTop = log.scrollHeight;
    }),
  );

  zelo.on("click", "[data-wrap]", (button) => {
    const log = document.getElementById(button.dataset.wrap);
    button.setAttribute("aria-pressed", String(log.classList.toggle("is-wrap")));
  });

  // A screen reader hears where it stands: a new step at once, the rest every ten seconds.
  const PAUSE = 10_000;
  let told = { step: "", at: 0 };

  zelo.start((root) => {
    const steps = root.querySelector("[data-say]");
    if (!steps) return;
    const { say, step } = steps.dataset;
    const now = Date.now();
    if (step === told.step && now - told.at < PAUSE) return;
    if (told.at) zelo.say(say);
    told = { step, at: now };
  });

  // And how it ended.
  zelo.start((root) => {
    const outcome = root.querySelector("[data-outcome]");
    if (!outcome || !told.at) return;
    told = { step: "", at: 0 };
    zelo.say(outcome.dataset.outcome);
  });

  // A line that a proxy refused is opened anew by htmx, as if by a page just loaded: it says which
  // line of the log came last.
  document.addEventListener("htmx:sseMessage", ({ target, detail }) => {
    const part = target.closest("[sse-connect]");
    if (!part || !detail.lastEventId) return;
    const [address] = part.getAttribute("sse-connect").split("?");
    part.setAttribute("sse-connect", `${address}?after=${detail.lastEventId}`);
  });
  // The line to the server is gone, or back.
  const offline = (gone) => {
    const notice = document.getElementById("offline");
    if (notice) notice.hidden = !gone;
  };
  document.addEventListener("htmx:sseError", () => offline(true));
  document.addEventListener("htmx:sseOpen", () => offline(false));
  document.addEventListener("htmx:sseClose", () => offline(false));
}
