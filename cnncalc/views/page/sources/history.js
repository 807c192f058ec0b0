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
    const last = joined ? (this.#done.pop() ?? new Map()) : new Map();
    for (const [key, { before, after }] of entry) {
      last.set(key, { ...{ before }, ...last.get(key), after });
    }
    this.#done.push(last);
  }

  /** Return the entry that undoes the last change; undefined where there is none. */
  undo() {
    return turned(this.#done, this.#undone);
  }

  /** Return the entry that does again what was undone last; undefined where nothing was. */
  redo() {
    return turned(this.#undone, this.#done);
  }
}

/** Take the last entry of one list, turn it round, and put it onto the other. */
function turned(from, to) {
  const opposite = ([key, { before, after }]) => [key, { before: after, after: before }];
  const [entry] = from.splice(-1).map((last) => new Map([...last].map(opposite)));
  if (entry) to.push(entry);
  return entry;
}
