// Before the first paint: the remembered theme, so that a dark room stays dark.
(function () {
  var chosen = "system";
  try {
    chosen = localStorage.getItem("netledger.theme") || "system";
  } catch {
    // storage is refused: as the system
  }
  var dark = chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
