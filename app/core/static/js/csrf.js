// Sends the page's CSRF token with every htmx request that changes something.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.request.method === "GET") return;
  const token = document.querySelector("meta[name=csrf-token]");
  if (token) ctx.request.headers["X-CSRFToken"] = token.content;
});
