// Undo, redo and reset, as buttons and as Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z.

import { byId, isTyping, onPress } from "./elements.js";

/** Let what was changed be undone. */
export function setupHistory(store) {
  onPress({ undo: () => store.undo(), redo: () => store.redo(), reset: () => store.reset() });
  const refresh = () => {
    byId("undo").disabled = !store.canUndo;
    byId("redo").disabled = !store.canRedo;
    byId("reset").disabled = !store.isChanged;
  };
  store.changes(refresh);
  refresh();
  document.addEventListener("keydown", (event) => {
    const { ctrlKey, metaKey, altKey, shiftKey } = event;
    const key = event.key.toLowerCase();
    if (isTyping(event) || !(ctrlKey || metaKey) || altKey || !"zy".includes(key)) return;
    byId(key === "z" && !shiftKey ? "undo" : "redo").click();
    event.preventDefault();
  });
}
