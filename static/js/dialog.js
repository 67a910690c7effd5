// Dialogs. One that htmx puts into #modal "open" becomes modal. On a page of its own the same
// markup stays a box in the page, and its "close" is a plain link back.
{
  let opener = null;
  zelo.on("htmx:beforeSwap", "#modal", (modal, { target, detail }) => {
    if (target === modal) opener = detail.requestConfig.elt;
  });
  // htmx puts the focus into what it swaps in, so the browser no longer knows where it was. What
  // is in a menu that has closed meanwhile cannot have it.
  const back = (dialog) => {
    dialog.remove();
    const menu = opener?.closest("details.menu:not([open])");
    (menu ? menu.querySelector("summary") : opener)?.focus();
  };
  zelo.start((root) => {
    root.querySelectorAll("#modal dialog[data-modal][open]:not(:modal)").forEach((dialog) => {
      // Not close(): its event comes later, and would take the dialog away again.
      dialog.removeAttribute("open");
      dialog.showModal();
      dialog.addEventListener("close", () => back(dialog), { once: true });
    });
  });
}
zelo.on("click", "[data-close]", (button, event) => {
  const dialog = button.closest("#modal dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});

zelo.on("click", "[data-dismiss]", (button) => button.closest(".toast, .notice")?.remove());

// Typed confirmation: the button waits for the exact name. The server checks it too.
const confirmName = (input) => {
  const button = input.form?.querySelector("[data-confirm-submit]");
  if (button) button.disabled = input.value !== input.dataset.confirmName;
};
zelo.on("input", "[data-confirm-name]", confirmName);
zelo.start((root) => root.querySelectorAll("[data-confirm-name]").forEach(confirmName));
