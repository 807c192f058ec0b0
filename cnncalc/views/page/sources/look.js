// How the page looks: dark or light, as the system says or as is chosen here; how far it is zoomed;
// and on paper everything, on white.

import { byId, onPress, setStyle } from "./elements.js";

// The style sheet's names of a look's colours.
const NAMES = {
  "--paper": "paper",
  "--ink": "ink",
  "--muted": "muted",
  "--hue-0": "window",
  "--hue-1": "weights",
  "--hue-2": "products",
  "--hue-3": "result",
  "--weights-fill": "weightFill",
  "--padding-fill": "paddingFill",
  "--neutral-fill": "neutral",
};

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
    for (const [name, color] of Object.entries(NAMES)) {
      setStyle(root, { [name]: view.store.document.looks[theme][color] });
    }
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
  view.on("redraw", () => {
    byId("zoom").textContent = `${Math.round(view.zoom * 100)}%`;
  });
  update();
}
