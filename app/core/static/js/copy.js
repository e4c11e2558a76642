// Buttons marked data-copy="id" copy the text of the element with that id; without this, one selects it oneself.
(() => {
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const announcer = document.getElementById("announcer");
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      announcer.textContent = "Copied";
    } catch {
      select(source); // without a secure connection there is no clipboard: one key remains to be pressed
      announcer.textContent = "Selected, ready to copy";
    }
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 2000); // ms
  });
})();
