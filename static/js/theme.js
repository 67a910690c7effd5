// Theme: the server renders <html data-theme> from a cookie; this shows the change at once
// and spares the page from being loaded again.
zelo.on("submit", "form[data-theme-form]", (form, event) => {
  const button = event.submitter;
  if (!button || button.name !== "theme") return;
  event.preventDefault();
  const root = document.documentElement;
  if (button.value === "system") delete root.dataset.theme;
  else root.dataset.theme = button.value;
  form.querySelectorAll("button[name=theme]").forEach((each) => {
    each.setAttribute("aria-pressed", String(each === button));
  });
  const body = new URLSearchParams(new FormData(form, button));
  // Whoever goes on at once has chosen as well.
  fetch(form.action, { method: "post", body, redirect: "manual", keepalive: true }).catch(() => {});
});
