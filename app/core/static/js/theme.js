// The chosen theme, set before the first paint; loaded in <head>, blocking. Kept per browser, not per user.
(() => {
  const KEY = "tenantatlas-theme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system"; // storage may be forbidden; the system's choice is a fine answer
    }
  };

  const keep = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // lasts for this page only
    }
  };

  const show = (theme) => {
    const isDark = theme === "dark" || (theme === "system" && dark.matches);
    document.documentElement.dataset.bsTheme = isDark ? "dark" : "light";
  };

  show(chosen());
  dark.addEventListener("change", () => show(chosen()));

  document.addEventListener("DOMContentLoaded", () => {
    const menu = document.querySelector("[data-theme-menu]");
    if (!menu) return;
    menu.hidden = false;
    for (const choice of menu.querySelectorAll("input[name=theme]")) {
      choice.checked = choice.value === chosen();
      choice.addEventListener("change", () => {
        keep(choice.value);
        show(choice.value);
      });
    }
  });
})();
