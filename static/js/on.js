// Zelo: small helpers. Every page and form works without them; they only save steps.
// src/web/assets.rs joins the files of this folder behind htmx, this one first.

/** What the other files share: delegated events, and what to do with new markup. */
const zelo = (() => {
  const starters = [];

  /** Calls fn(element, event) for events of a type inside elements that match. */
  const on = (type, selector, fn) =>
    document.addEventListener(type, (event) => {
      const element = event.target instanceof Element && event.target.closest(selector);
      if (element) fn(element, event);
    });

  /** Calls fn(root) now, and again whenever htmx has put new markup into the page. */
  const start = (fn) => starters.push(fn);
  const run = () => starters.forEach((fn) => fn(document));

  document.addEventListener("htmx:afterSettle", run);
  document.addEventListener("htmx:sseMessage", run);
  document.addEventListener("DOMContentLoaded", run);

  /** Tells a screen reader something that is only to be seen otherwise. */
  const say = (text) => {
    const live = document.getElementById("say");
    if (live && text) live.textContent = text;
  };

  return { on, start, say };
})();
