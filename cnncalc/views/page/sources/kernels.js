import { make, withLabel } from "./elements.js";

/**
 * Return the slices of a kernel, filter by filter: one for each channel of the input.
 * @param {{slices: {index: number[]}[]}} stage
 */
export function filtersOf({ slices }) {
  const numbers = [...new Set(slices.map(({ index }) => index.at(-1)))];
  return numbers.map((number) => slices.filter(({ index }) => index.at(-1) === number));
}

/**
 * Return the changes that put named weights into each channel of a filter.
 * @param {object[]} slices
 * @param {number[][]} weights
 */
export function kernelChanges(slices, weights) {
  return slices.flatMap(({ number, blocks: [block] }) =>
    weights.flatMap((line, down) =>
      line.map((value, across) => {
        return { slice: number, row: block.row + down, column: block.column + across, value };
      }),
    ),
  );
}

/** Kernels by name, put into a filter of the first convolution. */
class Kernels {
  constructor(store, view) {
    Object.assign(this, { store, view, named: new Map(store.document.kernels) });
    const names = ["", ...this.named.keys()];
    this.name = make("select", { onchange: () => this.put() });
    this.name.append(
      ...names.map((value) => make("option", { value, text: value || "own numbers" })),
    );
    this.filter = make("select", { onchange: () => this.refresh() });
    const numbers = Object.keys(this.filters);
    this.filter.append(...numbers.map((value) => make("option", { value, text: value })));
    const field = withLabel("filter", this.filter);
    field.hidden = numbers.length < 2;
    this.element = make("span", { class: "kernels" }, withLabel("kernel", this.name), field);
    this.refresh();
  }

  get filters() {
    const { stages } = this.store.flow;
    return filtersOf(stages.find(({ isWeight, name }) => isWeight && name === "kernel"));
  }

  changes(name) {
    return kernelChanges(this.filters[Number(this.filter.value)], this.named.get(name));
  }

  /** Show what the kernel of the filter is called now. */
  refresh() {
    const isThere = (change) => this.view.valueAt(change) === change.value;
    const found = [...this.named.keys()].find((name) => this.changes(name).every(isThere));
    this.name.value = found ?? "";
  }

  put() {
    if (this.name.value) this.store.put(this.changes(this.name.value));
  }
}

/** Show a list of kernels where some fit. */
export function setupKernels(store, view) {
  if (!store.document.kernels.length) return;
  const kernels = new Kernels(store, view);
  view.slot("settings").append(kernels.element);
  store.changes(({ kind }) => kind !== "selection" && kernels.refresh());
}
