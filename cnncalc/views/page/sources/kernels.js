import { labelled, make } from "./elements.js";

/**
 * Kernels by name, put into the filter of a convolution.
 */
const NO_NAME = "";

/** Return the slices of a kernel, filter by filter: one for each channel of the input. */
export function filtersOf(stage) {
  const filters = new Map();
  for (const slice of stage.slices) {
    const filter = slice.index.at(-1) ?? 0;
    if (!filters.has(filter)) filters.set(filter, []);
    filters.get(filter).push(slice);
  }
  return [...filters.values()];
}

/** Return the changes that put a kernel into each channel of a filter. */
export function kernelChanges(slices, weights) {
  return slices.flatMap(({ number, blocks: [block] }) =>
    weights.flatMap((line, row) =>
      line.map((value, column) => ({
        slice: number,
        row: block.row + row,
        column: block.column + column,
        value,
      })),
    ),
  );
}

/** Return the stage of the kernel that the named ones fit, or undefined. */
function kernelStage(store) {
  const [[, weights]] = store.document.kernels;
  return store.flow.stages.find(
    ({
      isWeight,
      name,
      slices: [
        {
          blocks: [block],
        },
      ],
    }) =>
      isWeight &&
      name === "kernel" &&
      block.role === "weights" &&
      block.height === weights.length &&
      block.width === weights[0].length,
  );
}

class Kernels {
  constructor(store) {
    this.store = store;
    this.filter = make("select", { onchange: () => this.refresh() });
    this.name = make(
      "select",
      { onchange: () => this.#put() },
      make("option", { value: NO_NAME, text: "own numbers" }),
      ...store.document.kernels.map(([name]) => make("option", { value: name, text: name })),
    );
    this.filterField = labelled("filter", this.filter);
    this.element = make(
      "span",
      { class: "kernels" },
      labelled("kernel", this.name),
      this.filterField,
    );
  }

  /** Show which kernel a filter has now. */
  refresh() {
    const stage = kernelStage(this.store);
    this.element.hidden = !stage;
    if (!stage) return;
    this.filters = filtersOf(stage);
    if (this.filter.options.length !== this.filters.length) {
      const options = this.filters.map((slices, place) =>
        make("option", { value: place, text: slices[0].index.at(-1) ?? place }),
      );
      this.filter.replaceChildren(...options);
    }
    this.filterField.hidden = this.filters.length < 2;
    this.name.value = this.#found() ?? NO_NAME;
  }

  #found() {
    const slices = this.filters[Number(this.filter.value)];
    const value = ({ slice, row, column }) => this.store.calculation.value(slice, row, column);
    const found = this.store.document.kernels.find(([, weights]) =>
      kernelChanges(slices, weights).every((change) => value(change) === change.value),
    );
    return found?.[0];
  }

  #put() {
    const found = this.store.document.kernels.find(([name]) => name === this.name.value);
    if (found) this.store.put(kernelChanges(this.filters[Number(this.filter.value)], found[1]));
  }
}

/** Show a list of kernels where one fits. */
export function setupKernels(store, view) {
  if (!store.document.kernels?.length || store.document.worksheet) return;
  const kernels = new Kernels(store);
  store.changes((change) => change.kind !== "selection" && kernels.refresh());
  kernels.refresh();
  view.slot("tools").append(kernels.element);
}
