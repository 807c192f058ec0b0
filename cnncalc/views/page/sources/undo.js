import { isTyping, makeButton } from "./elements.js";

/**
 * Undo, redo and reset, as buttons and as Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z.
 */
export function setupHistory(store, view) {
  const undo = makeButton("↶", "Undo (Ctrl+Z)", () => store.undo());
  const redo = makeButton("↷", "Redo (Ctrl+Y)", () => store.redo());
  const reset = makeButton("Reset", "Put every number back", () => store.reset());
  view.slot("history").append(undo, redo, reset);
  const refresh = () => {
    undo.disabled = !store.canUndo;
    redo.disabled = !store.canRedo;
    reset.disabled = !store.isChanged;
  };
  store.changes(refresh);
  refresh();
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) store.undo();
    else if (key === "y" || key === "z") store.redo();
    else return;
    event.preventDefault();
  });
}
