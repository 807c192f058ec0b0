// Kernels by name, put into a filter of the first convolution.

import { byId, listen, make } from "./elements.js";

/**
 * Return the slices of a kernel, filter by filter: one for each channel of the input.
 * @param {{slices: {index: number[]}[]}} stage
 */
export function filtersOf({ slices }) {
  const numbers = new Set(slices.map(({ index }) => index.at(-1)));
  return [...numbers].map((number) => slices.filter(({ index }) => index.at(-1) === number));
}

/**
 * Return the changes that put named weights into each channel of a filter.
 * @param {object[]} slices
 * @param {number[][]} weights
 */
export const kernelChanges = (slices, weights) =>
  slices.flatMap(({ number, blocks: [block] }) =>
    weights.flatMap((line, down) =>
      line.map((value, across) => {
        return { slice: number, row: block.row + down, column: block.column + across, value };
      }),
    ),
  );

/** Show a list of kernels where some fit; it names the one that stands there. */
export function setupKernels(store, view) {
  const named = new Map(store.document.kernels);
  if (!named.size) return;
  const filters = () =>
    filtersOf(store.flow.stages.find(({ isWeight, name }) => isWeight && name === "kernel"));
  const changes = (name) => kernelChanges(filters()[filter.selectedIndex], named.get(name));
  const isThere = (change) => view.valueAt(change) === change.value;
  const refresh = () => {
    list.value = [...named.keys()].find((name) => changes(name).every(isThere)) ?? "";
  };
  const [list, filter] = ["kernel", "filter"].map(byId);
  list.append(...[...named.keys()].map((name) => make("option", name)));
  filter.append(...filters().map((_, number) => make("option", number)));
  filter.parentNode.hidden = filters().length === 1;
  listen(list, { change: () => list.value && store.put(changes(list.value)) });
  listen(filter, { change: refresh });
  byId("kernels").hidden = false;
  store.changes(({ kind }) => kind !== "selection" && refresh());
  refresh();
}
