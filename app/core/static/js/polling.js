// Parts marked data-poll are silent while the tab is hidden and refresh as soon as it is seen again.
(() => {
  const POLLED = '[data-poll][hx-trigger^="every"], [data-poll] [hx-trigger^="every"]';

  // htmx marks what it asks for with a class while it waits. Nothing here shows that, and a poll without news
  // must not touch the page: the document takes the mark and has no class to change.
  document.body.setAttribute("hx-indicator:inherited", "document");

  const refresh = () => {
    for (const part of document.querySelectorAll(POLLED)) htmx.trigger(part, "every", {}, false);
  };

  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && event.detail.ctx.sourceElement.closest("[data-poll]")) event.preventDefault();
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) refresh(); // back from the browser's page cache: what is shown may be old
  });
})();
