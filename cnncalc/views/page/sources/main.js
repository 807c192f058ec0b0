// Starts the page: reads its document, calculates, draws, and lets itself be pointed at.

import { setupChoosers } from "./choosers.js";
import { setupControls } from "./controls.js";
import { decodeDocument } from "./decode.js";
import { byId } from "./dom.js";
import { setupHelp } from "./help.js";
import { setupKeyboard } from "./keyboard.js";
import { setupLook } from "./look.js";
import { setupPanel } from "./panel.js";
import { setupPointing } from "./point.js";
import { Store } from "./store.js";
import { View } from "./view.js";

async function start() {
  const store = new Store(await decodeDocument(byId("document").textContent));
  const view = new View(store, byId("flow"));
  byId("title").textContent = store.document.title;
  view.on("choose", () => {
    byId("note").textContent = store.flow.note;
  });
  setupChoosers(store, view, byId("tabs"));
  setupPanel(view, byId("panel"), byId("live"));
  setupLook(view);
  view.rebuild();
  setupPointing(view);
  setupKeyboard(view, setupHelp(store));
  setupControls(store, view);
  if (store.selection !== null) view.select(store.selection);
}

start();
