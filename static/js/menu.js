// Menus close on Escape, on a click elsewhere, and when another opens.
{
  const shut = (keep) =>
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== keep) menu.open = false;
    });

  document.addEventListener("click", (event) => {
    shut(event.target instanceof Element ? event.target.closest("details.menu") : null);
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    // A dialog that was opened from it closes first.
    if (!menu || document.querySelector("dialog:modal")) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // The current tab is in sight.
  zelo.start((root) =>
    root.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
      tab.parentElement.scrollLeft = tab.offsetLeft - 48;
    }),
  );
}
