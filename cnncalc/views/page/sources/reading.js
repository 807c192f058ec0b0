/** What a cell's formula reads: its regions, and their numbers as values and as texts. */

import { cellValue, compile, Frame } from "./compile.js";
import { cellsOf } from "./flow.js";
import { formatInside } from "./format.js";
import { regionName } from "./names.js";
import { withoutNearness } from "./spelling.js";

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

  /** The cells of a reference, row by row: their values, and functions that write them in parts. */
  cells(place) {
    const { slice, ...box } = this.regions[place];
    return cellsOf(box).map((cell) => {
      const value = this.#calculation.value(slice, ...cell);
      const write = () => {
        const isPadding = this.#calculation.isPadding(slice, ...cell);
        return [{ text: formatInside(value, this.form), region: place, isPadding }];
      };
      return { value, write };
    });
  }

  /** As `cells`, without empty ones, which don't count. */
  countedCells(place) {
    return this.cells(place).filter(({ value }) => value !== null);
  }

  /** What a tree comes to, with each number as it is `shown`. */
  value(tree, shown = (value) => value) {
    const ranges = this.regions.map(({ height, width }, place) => {
      return { height, width, cells: this.cells(place).map(({ value }) => shown(value)) };
    });
    return cellValue(compile(tree, Frame.of(ranges)));
  }

  /** Whether a condition holds; one that can't be told doesn't. */
  holds(tree) {
    return this.value(tree) === 1;
  }
}

/** How a flow's numbers are written: of a training's, which are small, the first digits count. */
export const formOf = (flow) => ({ isSignificant: flow.lanes.some(({ step }) => step !== null) });

/** Regions with their roles and names, and a colour for each stage that they are of. */
function coloured(flow, stage, regions) {
  const sources = regions.map(({ slice }) => flow.stageOf(slice));
  const stages = [...new Set(sources)];
  return regions.map((region, place) => ({
    ...region,
    ...looksOf(sources[place], region, stages),
    name: regionName(flow, region, stage),
  }));
}

function looksOf(stage, { height, width }, stages) {
  const color = stages.indexOf(stage);
  const plain = color === 0 || height * width > 1 ? "window" : "other";
  const role = stage.weighs ? "weights" : plain;
  return { role, color, kind: `${role} hue-${color % 4}` };
}
