// How the page looks: dark or light, as the system says or as is chosen here; how far it is zoomed;
// and on paper everything, on white.

import { byId } from "./dom.js";

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
    document.documentElement.dataset.theme = isPrint.matches ? "light" : screen;
    const theme = isPrint.matches ? "print" : screen;
    const look = view.store.document.looks[theme];
    for (const [name, color] of Object.entries(NAMES)) {
      document.documentElement.style.setProperty(name, look[color]);
    }
    view.setTheme(theme);
  };
  isDark.addEventListener("change", update);
  isPrint.addEventListener("change", () => {
    update();
    if (isPrint.matches) view.showAll();
  });
  byId("theme").addEventListener("click", () => {
    chosen = view.theme === "dark" ? "light" : "dark";
    update();
  });
  update();
  setupZoom(view);
}

function setupZoom(view) {
  const zoom = byId("zoom");
  byId("smaller").addEventListener("click", () => view.setZoom(view.zoom / 1.25));
  byId("larger").addEventListener("click", () => view.setZoom(view.zoom * 1.25));
  zoom.addEventListener("click", () => view.setZoom(1));
  view.on("redraw", () => {
    zoom.textContent = `${Math.round(view.zoom * 100)}%`;
  });
}
