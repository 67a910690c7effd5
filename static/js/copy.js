// Copy. Revealing a secret is a POST to the server, because it is audited.
zelo.on("click", "[data-copy]", async (button) => {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    zelo.say(button.dataset.copied);
  } catch {
    getSelection().selectAllChildren(source);
  }
});
