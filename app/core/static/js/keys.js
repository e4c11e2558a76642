// A list by single keys; the page's dialog says which, and lets them be switched off, per browser.
// What j and k move is the focus: Enter opens a row as it opens any link, and an answer to a poll keeps the place.
// Keys that only one page has are told to it as the event `page-key`; it prevents its default if it took the key.
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

  const isTyping = (element) => element.isContentEditable || element.matches("input:not([type=checkbox]), textarea, select");

  const step = (by) => {
    const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
    const row = document.activeElement.closest("[data-rows] tr")?.querySelector("[data-row]");
    const next = rows.indexOf(row) + by;
    (row ? rows[Math.max(next, 0)] : rows[0])?.focus();
  };

  const show = () => {
    choice.checked = areOn;
    dialog.showModal();
  };

  const ACTIONS = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.getElementById("filter-q").focus(),
    "?": show,
  };

  const isTakenByPage = (key) =>
    !document.dispatchEvent(new CustomEvent("page-key", { detail: key, cancelable: true }));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (dialog.open || isTyping(event.target) || !areOn) return;
    const action = ACTIONS[event.key];
    if (action || isTakenByPage(event.key)) event.preventDefault();
    action?.();
  });

  choice.addEventListener("change", keep);
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", show);
  }
})();
