// Where the page's numbers came from, below what its keys and signs mean.

import { byId, make, onPress } from "./elements.js";

/**
 * Make the help.
 * @param {object} store
 */
export function setupHelp(store) {
  const dialog = byId("keys");
  for (const [name, text] of store.document.facts) {
    byId("facts").append(make("dt", name), make("dd", text));
  }
  onPress({ help: () => dialog.showModal(), "close-keys": () => dialog.close() });
}
