// The list of operations by single keys; the dialog says which, and lets them be switched off, per browser.
// What j and k move is the focus: Enter opens a run as it opens any link, and an answer to a poll keeps the place.
(() => {
  const KEY = "tenantatlas-keys";
  const dialog = document.getElementById("keys");
  const choice = document.getElementById("keys-on");

  const chosen = () => {
    try {
      return localStorage.getItem(KEY) !== "off";
    } catch {
      return true; // storage may be forbidden
    }
  };

  const keep = () => {
    areOn = choice.checked;
    try {
      localStorage.setItem(KEY, areOn ? "on" : "off");
    } catch {
      // lasts for this page only
    }
  };

  let areOn = chosen();

  const isTyping = (element) => element.isContentEditable || element.matches("input, textarea, select");

  const step = (by) => {
    const rows = [...document.querySelectorAll("#runs [data-row]")];
    const row = document.activeElement.closest("#runs tr")?.querySelector("[data-row]");
    const next = rows.indexOf(row) + by;
    (row ? rows[Math.max(next, 0)] : rows[0])?.focus();
  };

  const refresh = () => {
    const news = document.querySelector("#news a");
    if (news) news.click();
    else htmx.trigger("#operations", "poll", {}, false);
  };

  const show = () => {
    choice.checked = areOn;
    dialog.showModal();
  };

  const ACTIONS = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.getElementById("filter-q").focus(),
    r: refresh,
    "?": show,
  };

  document.addEventListener("keydown", (event) => {
    const action = ACTIONS[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (dialog.open || isTyping(event.target) || !areOn) return;
    event.preventDefault();
    action();
  });

  choice.addEventListener("change", keep);
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", show);
  }
})();
