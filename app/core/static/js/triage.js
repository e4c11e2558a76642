// The list of findings: x selects the finding that the focus is at, a goes to where what is selected is acknowledged.
document.addEventListener("page-key", (event) => {
  const ACTIONS = {
    x: () => document.activeElement.closest("[data-rows] tr")?.querySelector("input[type=checkbox]")?.click(),
    a: () => document.querySelector("[data-acknowledge]")?.focus(),
  };
  const action = ACTIONS[event.detail];
  if (!action) return;
  event.preventDefault();
  action();
});
