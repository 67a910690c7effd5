// Bulk selection: "select all" and the number.
{
  const tally = (form) => {
    const all = [...form.querySelectorAll("tbody .pick input")];
    const picked = all.filter((input) => input.checked).length;
    const head = form.querySelector("thead .pick input");
    const out = form.querySelector("[data-picked]");
    if (head) {
      head.checked = picked > 0 && picked === all.length;
      head.indeterminate = picked > 0 && picked < all.length;
    }
    if (out) out.textContent = picked;
  };

  zelo.on("change", ".bulk .pick input", (input) => {
    const form = input.closest(".bulk");
    if (input.closest("thead")) {
      form.querySelectorAll("tbody .pick input").forEach((each) => {
        each.checked = input.checked;
      });
    }
    tally(form);
  });

  zelo.start((root) => root.querySelectorAll(".bulk").forEach(tally));
}
