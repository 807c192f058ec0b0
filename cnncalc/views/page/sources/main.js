// Starts the page: reads its document, calculates, draws, and lets itself be pointed at and changed.

import { setupCharts } from "./charts.js";
import { setupChoosers } from "./choosers.js";
import { decodeDocument } from "./decode.js";
import { setupDraw } from "./draw.js";
import { setupDrop } from "./drop.js";
import { setupEdit } from "./edit.js";
import { byId, write } from "./elements.js";
import { setupHelp } from "./help.js";
import { setupKernels } from "./kernels.js";
import { setupKeyboard } from "./keyboard.js";
import { setupLook } from "./look.js";
import { setupPanel } from "./panel.js";
import { setupPlay } from "./play-controls.js";
import { setupPointing } from "./point.js";
import { setupSettings } from "./settings.js";
import { setupShare } from "./share.js";
import { Store } from "./store.js";
import { setupHistory } from "./undo.js";
import { View } from "./view.js";
import { setupWorksheet } from "./worksheet.js";

async function start() {
  const store = new Store(await decodeDocument(byId("document").textContent));
  const view = new View(store, byId("flow"));
  write("title", store.document.title);
  view.on("choose", () => write("note", store.flow.note));
  setupChoosers(store, view);
  setupPanel(view);
  setupLook(view);
  view.rebuild();
  setupPointing(view);
  setupKeyboard(view);
  setupHelp(store);
  setupEdit(store, view);
  setupPlay(store, view);
  setupHistory(store);
  setupSettings(store, view);
  setupKernels(store, view);
  setupCharts(store, view);
  byId("tools").hidden = Boolean(store.document.worksheet);
  if (store.document.worksheet) setupWorksheet(store, view);
  else {
    setupDraw(store, view);
    setupDrop(store, view);
  }
  setupShare(store, view);
  if (store.selection) view.select(store.selection);
}

/** Says what went wrong: without it a browser that is too old would show an empty page. */
function fail(error) {
  byId("said").textContent =
    `This page can't be shown; it needs a browser of 2024 or later. ${error}`;
  byId("said").hidden = false;
}

start()
  .catch(fail)
  .finally(() => document.body.removeAttribute("aria-busy"));
