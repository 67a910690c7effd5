// Uploads: the form posts its file by itself once one is chosen or dropped, and shows how far it
// is. Without this file the same form is sent by its button.
{
  // The file input covers the drop zone, so a dropped file lands in it by itself.
  for (const [type, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    zelo.on(type, ".drop", (zone) => zone.classList.toggle("is-over", over));
  }

  const UNITS = ["B", "KB", "MB", "GB", "TB"];

  /** Three digits and a unit, as the server writes sizes. */
  const size = (bytes) => {
    let unit = 0;
    let value = bytes;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit += 1;
    }
    const lang = document.documentElement.lang;
    const digits = unit === 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return `${value.toLocaleString(lang, options)} ${UNITS[unit]}`;
  };

  const time = (seconds) => {
    const s = Math.max(1, Math.round(seconds));
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
    return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  };

  /** Fills `{0}`, `{1}` of a text that the server put into the form. */
  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, n) => values[n]);

  const part = (form, name) => form.querySelector(`[data-upload-${name}]`);

  const show = (form, sent, total) => {
    const seconds = (performance.now() - form.zeloBegan) / 1000;
    const rate = seconds > 0 ? sent / seconds : 0;
    const bar = part(form, "bar");
    const { of, left, checking } = form.dataset;
    bar.max = total;
    bar.value = sent;
    part(form, "sent").textContent = fill(of, size(sent), size(total));
    part(form, "rate").textContent = rate > 0 ? `${size(rate)}/s` : "";
    const rest = rate > 0 && seconds > 1 ? fill(left, time((total - sent) / rate)) : "";
    part(form, "left").textContent = sent < total ? rest : checking;
    if (sent >= total) bar.removeAttribute("value");
  };

  const idle = (form) => {
    part(form, "running").hidden = true;
    part(form, "zone").hidden = false;
    form.reset();
  };

  zelo.on("change", "form[data-upload] input[type=file]", (input) => {
    if (input.files.length) input.form.requestSubmit();
  });

  // htmx sends the form; its request is an XMLHttpRequest whose progress it passes on.
  zelo.on("htmx:beforeSend", "form[data-upload]", (form, event) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return event.preventDefault();
    form.zeloBegan = performance.now();
    form.zeloTotal = 0;
    part(form, "name").textContent = file.name;
    part(form, "failed").hidden = true;
    part(form, "zone").hidden = true;
    part(form, "running").hidden = false;
    show(form, 0, file.size || 1);
    part(form, "cancel").focus();
  });

  zelo.on("htmx:xhr:progress", "form[data-upload]", (form, { detail }) => {
    // The same event tells of the answer coming down: it is smaller than what went up.
    if (!detail.lengthComputable || detail.total < form.zeloTotal) return;
    form.zeloTotal = detail.total;
    show(form, detail.loaded, detail.total);
  });

  zelo.on("click", "[data-upload-cancel]", (button) => {
    const form = button.closest("form");
    htmx.trigger(form, "htmx:abort");
    idle(form);
    zelo.say(form.dataset.cancelled);
  });

  const fail = (form) => {
    idle(form);
    const failed = part(form, "failed");
    failed.hidden = false;
    zelo.say(failed.textContent);
  };

  // What the server says of the file is swapped in. No answer, or one that is a page of its own:
  // nothing was kept, and the form can be used again.
  zelo.on("htmx:sendError", "form[data-upload]", fail);
  zelo.on("htmx:responseError", "form[data-upload]", fail);
}
