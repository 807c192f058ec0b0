// Small documents for the tests, as decodeDocument returns them.

import { Flow } from "../../../cnncalc/views/page/sources/flow.js";

const LANE = { title: "", direction: "forward", step: null, sample: null };
const STAGE = {
  ...{ column: 0, lane: 0, kind: "stage", layer: "", name: "", step: null, sample: null },
  ...{ title: "", rule: "", notes: [], rows: [], columns: [], isWeight: false, isImage: false },
};

/** Names as Python gives them (cnncalc/views/page/stage_sorts.py): of few stages, by their names. */
function namesOf({ isImage, isWeight, layer, name, title = "" }) {
  if (isImage) return { short: "image", called: "image", isGrid: true };
  const short = isWeight ? name : title.toLowerCase();
  const called = layer && (isWeight || name === "convolution") ? `${layer} ${short}` : layer;
  return { short, called: called || short, isGrid: Boolean(layer) };
}

/** A flow of stages given by what is special of them, each with `blocks` of one slice or more. */
export function flowOf(stages, templates, { number = 0, ...more } = {}) {
  const record = {
    ...{ title: "", note: "", settings: null, columns: [{ name: "Input", call: "", size: "" }] },
    ...{ lanes: [LANE], curves: [], runs: [], ...more },
    stages: stages.map(({ slices, ...stage }) => ({
      ...STAGE,
      ...namesOf(stage),
      weighs: Boolean(stage.isWeight),
      height: 1,
      width: 1,
      ...stage,
      slices,
    })),
  };
  return new Flow(record, number, templates);
}

/** A slice of blocks, without captions. */
export const sliceOf = (blocks, index = [], caption = "") => [index, 0, 0, caption, blocks];

/** A flow of a row of inputs and one cell with a formula of them: reference {0} is the row. */
export function formulaFlow(template, count, role = "weights") {
  const inputs = sliceOf([[0, 0, 1, count, role, 0]]);
  const cells = Array.from({ length: count }, (_, column) => [0, 0, column, 1, 1]);
  const result = sliceOf([[0, 0, 1, 1, "formula", [0, [0, 0, 0, 1, count], ...cells]]]);
  return flowOf([{ kind: "weight", slices: [inputs] }, { slices: [result] }], [template]);
}

/** A convolution of a 3×3 image by a 2×2 kernel, with a bias of its own stage and a ReLU. */
export function convolutionDocument({ settings = null } = {}) {
  const image = sliceOf([[0, 0, 3, 3, "pixels", 0]], [0]);
  const kernel = sliceOf([[0, 0, 2, 2, "weights", 0]], [0, 0], "filter 0");
  const window = [0, 0, 0, 2, 2, 1, 0, 0, 1];
  const sums = sliceOf([[0, 0, 2, 2, "formula", [0, window, [1, 0, 0, 2, 2]]]], [0], "filter 0");
  const cell = [2, 0, 0, 1, 1, 1, 0, 0, 1];
  const relu = sliceOf([[0, 0, 2, 2, "formula", [1, cell]]], [0], "filter 0");
  const size = { height: 2, width: 2 };
  const rule = "Each number sums the products of the cells under the window and the weights.";
  const stages = [
    { kind: "input", title: "Image", height: 3, width: 3, isImage: true, slices: [image] },
    ...[{ kind: "weight", layer: "conv2d", name: "kernel", title: "Weights", isWeight: true }].map(
      (stage) => ({ ...stage, ...size, slices: [kernel] }),
    ),
    { layer: "conv2d", name: "convolution", title: "Convolution", rule, ...size, slices: [sums] },
    { layer: "conv2d", name: "activation", title: "ReLU", rule: "", ...size, slices: [relu] },
  ];
  const runs = [
    [2, "cells", 1],
    [3, "whole", 1],
  ];
  const flow = flowOf(stages, ["SUMPRODUCT({0},{1})", "MAX(0,{0})"], { settings, runs });
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 0, 0, -1];
  const inputs = numbers.map((number, place) => [place, number]);
  return { title: "A convolution", flows: [flow], inputs: [inputs], worksheet: null };
}
