// How the page looks: dark or light, as the system says or as is chosen here; how far it is zoomed;
// and on paper everything, on white.

import { onPress, setStyle, write } from "./elements.js";
import { round } from "./geometry.js";

/**
 * Follow the system's look, and let another be chosen.
 * @param {object} view
 */
export function setupLook(view) {
  const isDark = matchMedia("(prefers-color-scheme: dark)");
  const isPrint = matchMedia("print");
  let chosen = null;
  const update = () => {
    const screen = chosen ?? (isDark.matches ? "dark" : "light");
    const theme = isPrint.matches ? "print" : screen;
    const root = document.documentElement;
    root.dataset.theme = isPrint.matches ? "light" : screen;
    setStyle(root, view.store.document.looks[theme]);
    view.setTheme(theme);
    if (isPrint.matches) view.showAll();
  };
  isDark.addEventListener("change", update);
  isPrint.addEventListener("change", update);
  onPress({
    theme: () => {
      chosen = view.theme === "dark" ? "light" : "dark";
      update();
    },
    smaller: () => view.setZoom(view.zoom / 1.25),
    larger: () => view.setZoom(view.zoom * 1.25),
    zoom: () => view.setZoom(1),
  });
  view.on("redraw", () => write("zoom", `${round(view.zoom * 100)}%`));
  update();
}
