// Tells screen readers when something on the page changes its bucket; several changes make one announcement.
// Watches elements with id, data-bucket and data-label ("Greet people, run 12").
(() => {
  const SETTLE = 400; // ms
  const seen = new Map();
  const changes = new Map();
  let timer;

  const changed = () => {
    for (const { id, dataset } of document.querySelectorAll("[data-bucket][id]")) {
      const before = seen.get(id);
      seen.set(id, dataset.bucket);
      if (before && before !== dataset.bucket) {
        changes.set(id, `${dataset.label || id}: ${dataset.bucket.replaceAll("_", " ")}`);
      }
    }
  };

  const announce = () => {
    document.getElementById("announcer").textContent = [...changes.values()].join(". ");
    changes.clear();
  };

  document.addEventListener("DOMContentLoaded", changed);
  document.addEventListener("htmx:after:swap", () => {
    changed();
    if (!changes.size) return;
    clearTimeout(timer);
    timer = setTimeout(announce, SETTLE);
  });
})();
