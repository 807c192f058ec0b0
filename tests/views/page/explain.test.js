import assert from "node:assert/strict";
import { test } from "node:test";
import { Calculation } from "../../../cnncalc/views/page/sources/calculation.js";
import { explain } from "../../../cnncalc/views/page/sources/explain.js";
import { readersOf } from "../../../cnncalc/views/page/sources/readers.js";
import { convolutionDocument, flowOf, formulaFlow, sliceOf } from "./small_documents.js";

const { flows, inputs } = convolutionDocument();
const convolution = new Calculation(flows[0], inputs[0]);

const text = (parts) => parts.map((part) => part.text).join("");

/** The terms of a formula of a row of numbers, as functions.test.js has it. */
function terms(template, numbers) {
  const calculation = new Calculation(
    formulaFlow(template, numbers.length),
    numbers.map((number, place) => [place, number]),
  );
  const found = explain(calculation, { slice: 1, row: 0, column: 0 });
  return `${found.text} ${found.sign} ${text(found.terms)}`;
}

test("a convolution's number is its window times the weights", () => {
  const found = explain(convolution, { slice: 2, row: 1, column: 0 });
  assert.equal(found.name, "conv2d convolution (1, 0), filter 0");
  assert.equal(
    text(found.formula),
    "the sum of image · rows 1 to 2 · columns 0 to 1 × kernel · filter 0",
  );
  assert.equal(text(found.terms), "4×1 + 5×0 + 7×0 + 8×(−1)");
  assert.deepEqual(
    found.regions.map(({ slice, row, column, role, color }) => [slice, row, column, role, color]),
    [
      [0, 1, 0, "window", 0],
      [1, 0, 0, "weights", 1],
    ],
  );
  assert.deepEqual(found.products, {
    window: [
      [4, 5],
      [7, 8],
    ],
    weights: [
      [1, 0],
      [0, -1],
    ],
    products: [
      [4, 0],
      [0, -8],
    ],
  });
  assert.deepEqual(
    found.terms.filter((part) => part.isZero && part.region === 0).map((part) => part.text),
    ["5", "7"],
  );
  assert.equal(
    found.sentence,
    "conv2d convolution (1, 0), filter 0: −4 = 4×1 + 5×0 + 7×0 + 8×(−1). " +
      "Each number sums the products of the cells under the window and the weights.",
  );
});

test("a layer's last number has the layer's name", () => {
  const found = explain(convolution, { slice: 3, row: 0, column: 1 });
  assert.equal(found.name, "conv2d (0, 1), filter 0");
  assert.equal(text(found.formula), "max(0, convolution (0, 1) · filter 0)");
  assert.equal(text(found.terms), "max(0, −4)");
});

test("an input says that it is one, and which numbers read it", () => {
  const found = explain(convolution, { slice: 0, row: 1, column: 1 });
  assert.equal(found.sentence, "image (1, 1): 5. An input.");
  assert.deepEqual(found.regions, []);
  const readers = readersOf(convolution, { slice: 0, row: 1, column: 1 });
  assert.equal(readers.total, 4);
  assert.equal(readersOf(convolution, { slice: 0, row: 0, column: 0 }).total, 1);
  assert.deepEqual(readersOf(convolution, { slice: 0, row: 0, column: 0 }).cells, [
    { slice: 2, row: 0, column: 0 },
  ]);
});

const TERMS = [
  ["AVERAGE({0})", [1, 2], "1.5 = (1 + 2) / 2"],
  ["MAX({0})", [-1, NaN, 2], "2 = max(−1, 2)"],
  ["SQRT(SUMSQ({0}))", [3, -4], "5 = √(3² + (−4)²)"],
  ["{1}*{2}+{1}", [2, 3], "8 = 2×3 + 2"],
  ["{1}-({2}-{3})", [2, 3, 4], "3 = 2 − (3 − 4)"],
  ["{1}*{1}", [-3], "9 = (−3)²"],
  ["EXP({1}-{2})", [1, 1], "1 = e^(1 − 1)"],
  ["IF({1}>0.000000000001,{2},0.2*{2})", [-1, 5], "1 = 0.2×5"],
  ["IF({1}>={2}-0.000000000001*MAX(1,ABS({2})),1,0)", [2, 2], "1 = "],
  ["LN({1})", [-1], "#NUM! = ln(−1)"],
  ["INDEX({0},MATCH(1,{0},0))", [0, 1], "1 = the class of the largest output"],
  ["MATCH(1,{0},0)-1", [0, 1], "1 = (the place of the first 1 in (0, 1)) − 1"],
  [
    "MIN(IF({1}>={3},1,3),IF({2}>={3},2,3))",
    [4, 5, 4.999999999995],
    "2 = the place of the first ≥ 5 in (4, 5)",
  ],
  ["SUM(IF(ISNUMBER({1}),IF({1}>={2},1,0),0))", [5, 4], "1 = how many are ≥ 4 in (5)"],
  ["{1}/3", [1 / 3], "0.1111 = 0.3333 / 3"],
  ["{1}*{2}", [1 / 3, 3], "1 ≈ 0.3333×3"],
];

for (const [template, numbers, expected] of TERMS) {
  test(`${template} of ${numbers} is told as ${expected}`, () => {
    assert.equal(terms(template, numbers), expected);
  });
}

test("a search names its first cells and the last, and no cell of it decides", () => {
  const cells = Array.from({ length: 9 }, (_, place) => `IF({${place + 1}}>={10},${place + 1},10)`);
  const numbers = Array.from({ length: 10 }, (_, place) => [place, place]);
  const flow = formulaFlow(`MIN(${cells.join(",")})`, 10);
  const found = explain(new Calculation(flow, numbers), { slice: 1, row: 0, column: 0 });
  assert.match(text(found.formula), /^the place of the first ≥ .*9 in \(.*0, .*1, .*2, …, .*8\)$/);
  assert.deepEqual(found.because, []);
});

test("what decided is said as it came out", () => {
  const inputNumbers = [
    [0, -1],
    [1, 5],
  ];
  const flow = formulaFlow("IF({1}>0.000000000001,{2},0)", 2);
  const found = explain(new Calculation(flow, inputNumbers), { slice: 1, row: 0, column: 0 });
  assert.equal(text(found.because), "−1 ≤ 0");
});

test("a long sum keeps its largest terms, and adds up the others", () => {
  const numbers = Array.from({ length: 100 }, (_, place) => place);
  const found = terms("SUM({0})", numbers);
  assert.match(found, /^4950 = 99 \+ 98 \+ .* \+ 76 \+ 2850 from 76 smaller terms$/);
});

test("a sum over channels has a line a channel", () => {
  const channels = ["red", "green"].map((caption, channel) =>
    sliceOf([[0, 0, 4, 4, "pixels", 0]], [channel], caption),
  );
  const kernel = [0, 1].map((channel) => sliceOf([[0, 0, 4, 4, "weights", 0]], [channel, 0]));
  const references = [0, 2, 1, 3].map((slice) => [slice, 0, 0, 4, 4]);
  const sum = sliceOf([[0, 0, 1, 1, "formula", [0, ...references]]], [0]);
  const size = { height: 4, width: 4 };
  const stages = [
    { kind: "input", title: "Image", isImage: true, ...size, slices: channels },
    { kind: "weight", layer: "conv2d", name: "kernel", isWeight: true, ...size, slices: kernel },
    { layer: "conv2d", name: "convolution", title: "Convolution", slices: [sum] },
  ];
  const flow = flowOf(stages, ["SUMPRODUCT({0},{1})+SUMPRODUCT({2},{3})"]);
  const ones = Array.from({ length: 64 }, (_, place) => [place, place < 32 ? 1 : 0.5]);
  const found = explain(new Calculation(flow, ones), { slice: 4, row: 0, column: 0 });
  assert.equal(text(found.terms), "8 + 8");
  assert.deepEqual(
    found.groups.map(({ label, text: subtotal, count }) => [label, subtotal, count]),
    [
      ["red", "8", 16],
      ["green", "8", 16],
    ],
  );
  assert.deepEqual(found.groups[1].products.weights[0], [0.5, 0.5, 0.5, 0.5]);
  assert.deepEqual(
    found.regions.map(({ color, role }) => [color, role]),
    [
      [0, "window"],
      [1, "weights"],
      [0, "window"],
      [1, "weights"],
    ],
  );
});
