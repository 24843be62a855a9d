// Pins the remembered appearance before the first paint; a classic script without defer, so that nothing flashes.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's appearance then holds.
  }
})();
