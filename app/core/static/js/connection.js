// Says when a polled part cannot be refreshed, and takes it back with the next answer.
(() => {
  let leaving = false;

  const isPoll = (ctx) => Boolean(ctx?.sourceElement?.closest?.("[data-poll]"));

  const notice = (text) => {
    const place = document.getElementById("connection");
    if (place.textContent !== text) place.textContent = text;
  };

  window.addEventListener("pagehide", () => {
    leaving = true; // requests cut off by leaving the page are no lost connection
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!isPoll(ctx)) return;
    notice(ctx.response.status >= 500 ? "The server has trouble answering. Retrying." : "");
  });

  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (!leaving && isPoll(ctx)) notice("Connection lost. Retrying.");
  });
})();
