/** What a cell's formula reads: its regions, and their numbers as values and as texts. */

import { cellValue, compile, Frame } from "./compile.js";
import { cellsOf } from "./flow.js";
import { formatInside } from "./format.js";
import { regionName } from "./names.js";
import { withoutNearness } from "./spelling.js";

const WEIGHT_STEPS = ["dilated kernel", "gradient flipped kernel"];

export class Reading {
  #calculation;

  /**
   * @param {import("./calculation.js").Calculation} calculation
   * @param {object} stage that of the cell
   * @param {{tree: object, regions: object[]}} formula as calculation.formula returns it
   */
  constructor(calculation, stage, { tree, regions }) {
    this.#calculation = calculation;
    this.flow = calculation.flow;
    this.stage = stage;
    this.tree = withoutNearness(tree);
    this.form = formOf(this.flow);
    this.regions = coloured(this.flow, stage, regions);
  }

  /** The values of a reference's cells, row by row. */
  cells(place) {
    return this.#at(place).map((at) => this.#calculation.value(...at));
  }

  /** The numbers of a reference as functions that write them in parts of text. */
  writers(place) {
    return this.#at(place).map((at) => () => {
      const text = formatInside(this.#calculation.value(...at), this.form);
      const part = { text, region: place };
      return [this.#calculation.isPadding(...at) ? { ...part, isPadding: true } : part];
    });
  }

  /** As `writers`, without empty cells, which don't count. */
  countedWriters(place) {
    const cells = this.cells(place);
    return this.writers(place).filter((_, cell) => cells[cell] !== null);
  }

  /** What a tree comes to, with each number as it is `shown`. */
  value(tree, shown = (value) => value) {
    const ranges = this.regions.map(({ height, width }, place) => {
      return { height, width, cells: this.cells(place).map(shown) };
    });
    return cellValue(compile(tree, Frame.of(ranges)));
  }

  /** Whether a condition holds; one that can't be told doesn't. */
  holds(tree) {
    return this.value(tree) === 1;
  }

  #at(place) {
    const region = this.regions[place];
    return cellsOf(region).map((cell) => [region.slice, ...cell]);
  }
}

/** How a flow's numbers are written: of a training's, which are small, the first digits count. */
export const formOf = (flow) => ({ isSignificant: flow.lanes.some(({ step }) => step !== null) });

/** Regions with their roles and names, and a colour for each stage that they are of. */
function coloured(flow, stage, regions) {
  const stages = [...new Set(regions.map((region) => flow.stageOf(region.slice)))];
  return regions.map((region, place) => {
    const source = flow.stageOf(region.slice);
    const color = stages.indexOf(source);
    return {
      ...region,
      role: roleOf(source, region, place),
      color,
      name: regionName(flow, region, stage),
    };
  });
}

function roleOf(stage, { height, width }, place) {
  if (stage.isWeight || WEIGHT_STEPS.includes(stage.name)) return "weights";
  return place === 0 || height * width > 1 ? "window" : "other";
}
