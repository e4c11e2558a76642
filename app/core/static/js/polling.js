// Parts marked data-poll are silent while the tab is hidden and refresh as soon as it is seen again.
// Such a part, data-poll="2" hx-trigger="poll", asks again so many seconds after its last answer, give or take a
// tenth: never twice at once, and less and less often while it gets no proper answer. The server chooses the number
// anew with each part it sends.
(() => {
  const JITTER = 0.1; // of the pause
  const LONGEST = 30; // s
  const TIMED = '[data-poll][hx-trigger="poll"]';
  const timers = new WeakMap();
  const asking = new WeakSet();
  const failures = new WeakMap(); // since the last proper answer

  // htmx marks what it asks for with a class while it waits. Nothing here shows that, and a poll without news
  // must not touch the page: the document takes the mark and has no class to change.
  document.body.setAttribute("hx-indicator:inherited", "document");

  const ask = (part) => {
    if (!document.hidden && part.matches(TIMED) && !asking.has(part)) htmx.trigger(part, "poll", {}, false);
  };

  const plan = (part) => {
    const pause = Math.min(part.dataset.poll * 2 ** (failures.get(part) ?? 0), Math.max(part.dataset.poll, LONGEST));
    clearTimeout(timers.get(part));
    timers.set(part, setTimeout(ask, 1000 * pause * (1 + JITTER * (2 * Math.random() - 1)), part));
  };

  const planNew = () => {
    for (const part of document.querySelectorAll(TIMED)) if (!timers.has(part)) plan(part);
  };

  const refresh = () => {
    for (const part of document.querySelectorAll(TIMED)) ask(part);
  };

  document.addEventListener("htmx:before:request", (event) => {
    const part = event.detail.ctx.sourceElement;
    if (!part.closest("[data-poll]")) return;
    if (document.hidden) event.preventDefault();
    else asking.add(part);
  });

  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const part = ctx.sourceElement;
    if (asking.delete(part)) {
      const isProper = ctx.response?.status < 400;
      failures.set(part, isProper ? 0 : (failures.get(part) ?? 0) + 1);
      if (part.matches(TIMED)) plan(part);
      else timers.delete(part);
    }
    planNew();
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) refresh(); // back from the browser's page cache: what is shown may be old
  });

  planNew();
})();
