// Keeps <time data-ago> true: the words age with the page, the title tells the viewer's own zone.
// The words are those of the time_ago macro. Where a page says what time it is for the server (data-now), a clock
// that is wrong on the viewer's side changes no words.
(() => {
  const ahead = new Date(document.querySelector("[data-now]")?.dataset.now) - Date.now() || 0; // ms
  const STEPS = [
    [86400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ];
  const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

  const words = (seconds) => {
    for (const [size, unit] of STEPS) {
      const count = Math.floor(seconds / size);
      if (count) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
    }
    return "just now";
  };

  const refresh = () => {
    if (document.hidden) return;
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const moment = new Date(time.dateTime);
      const text = words((Date.now() + ahead - moment) / 1000);
      const title = absolute.format(moment);
      if (time.textContent !== text) time.textContent = text;
      if (time.title !== title) time.title = title;
    }
  };

  document.addEventListener("DOMContentLoaded", refresh);
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.swap !== "none") refresh(); // an answer without news touches nothing
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, 30000); // ms
})();
