// The list of operations: the key r shows what is new, or asks whether anything is.
document.addEventListener("page-key", (event) => {
  if (event.detail !== "r") return;
  event.preventDefault();
  const news = document.querySelector("#news a");
  if (news) news.click();
  else htmx.trigger("#operations", "poll", {}, false);
});
