// The list of findings: x selects the finding that the focus is at, a goes to where what is selected is acknowledged.
(() => {
  const select = () => {
    document.activeElement.closest("[data-rows] tr")?.querySelector("input[type=checkbox]")?.click();
  };

  const acknowledge = () => {
    const form = document.getElementById("acknowledging");
    if (!form) return;
    form.open = true;
    form.querySelector("textarea, input:not([type=hidden])").focus();
  };

  const ACTIONS = { x: select, a: acknowledge };

  document.addEventListener("page-key", (event) => {
    const action = ACTIONS[event.detail];
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
