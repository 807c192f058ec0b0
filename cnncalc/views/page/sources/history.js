/** What was changed, to be undone and done again. */

/**
 * An entry is a Map from inputs, by their keys, to their values `before` and `after`.
 */
export class History {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /**
   * Keep a change.
   *
   * @param {Map<string, {before: unknown, after: unknown}>} entry
   * @param {boolean} joined whether it belongs to the last one, as a stroke of the pointer does
   */
  add(entry, joined) {
    this.#undone = [];
    const last = joined ? this.#done.at(-1) : undefined;
    if (!last) {
      this.#done.push(entry);
      return;
    }
    for (const [key, { before, after }] of entry) {
      last.set(key, { before: last.has(key) ? last.get(key).before : before, after });
    }
  }

  /** Return the entry that undoes the last change; null where there is none. */
  undo() {
    const entry = this.#done.pop();
    if (!entry) return null;
    this.#undone.push(entry);
    return new Map(
      [...entry].map(([key, { before, after }]) => [key, { before: after, after: before }]),
    );
  }

  /** Return the entry that does again what was undone last; null where nothing was. */
  redo() {
    const entry = this.#undone.pop();
    if (!entry) return null;
    this.#done.push(entry);
    return entry;
  }
}
