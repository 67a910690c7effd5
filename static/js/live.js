// Parts of a page that are read anew by themselves: not while somebody is in one, who would lose
// the focus or what they marked, and not while nobody looks.
zelo.on("htmx:beforeRequest", "[data-live]", (part, event) => {
  // What is asked for by something inside is asked for by a person.
  if (event.target !== part) return;
  const marked = getSelection();
  const busy = part.contains(document.activeElement) || (!marked.isCollapsed && part.contains(marked.anchorNode));
  if (busy || document.hidden) event.preventDefault();
});
