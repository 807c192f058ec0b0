import { setupCharts } from "./charts.js";
import { setupDraw } from "./draw.js";
import { setupDrop } from "./drop.js";
import { setupEdit } from "./edit.js";
import { setupKernels } from "./kernels.js";
import { Notices } from "./notices.js";
import { setupPlay } from "./play-controls.js";
import { setupSettings } from "./settings.js";
import { setupShare } from "./share.js";
import { setupHistory } from "./undo.js";
import { setupWorksheet } from "./worksheet.js";

/**
 * Set up all that changes what the page shows.
 *
 * @param {import("./store.js").Store} store
 * @param {import("./view.js").View} view
 */
export function setupControls(store, view) {
  const notices = new Notices(document.body);
  setupEdit(store, view);
  setupPlay(store, view);
  setupHistory(store, view);
  setupDraw(store, view);
  setupDrop(store, view, notices);
  setupSettings(store, view, notices);
  setupKernels(store, view);
  setupCharts(store, view);
  setupWorksheet(store, view);
  setupShare(store, view, notices);
}
