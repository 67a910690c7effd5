// Filter forms submit themselves: a choice at once, typed text after a pause. A control may
// belong to its form by the attribute `form` and stand elsewhere.
{
  const waiting = new WeakMap();

  const submit = (form) => {
    clearTimeout(waiting.get(form));
    form.requestSubmit();
  };

  document.addEventListener("change", ({ target }) => {
    const form = target.form;
    if (form?.matches("form[data-auto]") && target.type !== "search") submit(form);
  });

  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (!form?.matches("form[data-auto]") || target.type !== "search") return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => submit(form), 350));
  });
}
