// The evaluator's rules for what is no number are a spreadsheet's: Excel's and LibreOffice's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Calculation } from "../../../cnncalc/views/page/sources/calculation.js";
import { formulaFlow } from "./small_documents.js";

/** The value of a formula of cells: {0} is all of them, {1} the first, {2} the second… */
function value(template, cells) {
  const flow = formulaFlow(template, cells.length);
  const inputs = cells.map((cell, place) => [place, cell]);
  const found = new Calculation(flow, inputs).value(1, 0, 0);
  return found?.error ?? found;
}

const EMPTY = NaN;

const VALUES = [
  ["{1}", [EMPTY], 0],
  ["{1}", ["a text"], "a text"],
  ["{1}+{2}", [1, EMPTY], 1],
  ["{1}+{2}", [1, "a"], "#VALUE!"],
  ["{1}/{2}", [1, 0], "#DIV/0!"],
  ["IF({1}=0,0,{1}/{2})", [0, 0], 0],
  ["1/(1+EXP({1}))", [1000], "#NUM!"],
  ["LN({1})", [0], "#NUM!"],
  ["SQRT({1})", [-1], "#NUM!"],
  ["{1}^{2}", [0, 0], "#NUM!"],
  ["{1}*{2}", [1e200, 1e200], "#NUM!"],
  ["1/({1}*{2})", [1e200, 1e200], "#NUM!"],
  ["IF({1}*{2}>0,1,0)", [1e200, 1e200], "#NUM!"],
  ["SUM({0})", [1, EMPTY, "a", 2], 3],
  ["AVERAGE({0})", [1, EMPTY, 2], 1.5],
  ["AVERAGE({0})", [EMPTY, EMPTY], "#DIV/0!"],
  ["MAX({0})", [-3, EMPTY, -2], -2],
  ["MAX({0})", [EMPTY, EMPTY], 0],
  ["MIN({0})", [3, EMPTY, 2], 2],
  ["MAX({1},{2})", [EMPTY, -1], -1],
  ["COUNT({0})", [1, EMPTY, "a", 0], 2],
  ["SUMSQ({0})", [3, EMPTY, 4], 25],
  ["SUMPRODUCT({0},{0})", [3, EMPTY, "a"], 9],
  ["SUM(IF({1}>={3},1,0),IF({2}>={3},1,0))", [1, 5, 4], 1],
  ["MIN(IF({1}>={3},1,3),IF({2}>={3},2,3))", [1, 5, 4], 2],
  ["MIN(IF(ISNUMBER({1}),IF({1}>={2},1,2),2))", [EMPTY, -4], 2],
  ["COUNTIF({0},1)", [1, EMPTY, "1", -1, 1], 2],
  ["IF(ISNUMBER({1}),1,-1)", ["1"], -1],
  ["IF(ISNUMBER({1}),1,-1)", [0], 1],
  ['IF({1}="",0,1)', [EMPTY], 0],
  ['IF({1}="",0,1)', [0], 1],
  ["MATCH(1,{0},0)", [0, 1, 1], 2],
  ["MATCH(1,{0},0)", [0, 0], "#N/A"],
  ["INDEX({0},MATCH(1,{0},0))", [0, 1], 1],
  ["INDEX({0},{1})", [4, 5], "#REF!"],
  ["IF(AND(ISNUMBER({1}),{1}>=0,{1}=INT({1})),1,0)", [2.5], 0],
  ["INDEX({0},{1})", [0, 5], "#REF!"],
  ["INDEX({0},{1})", [2, EMPTY], 0],
  ["INT({1})", [-1.5], -2],
  ["NPV(1,{0})", [2, 4], 2],
  ["NOTHING({1})", [1], "#NAME?"],
  ["IF({1}>{2},1,0)", ["b", 5], 1],
  ['IF({1}="CAT",1,0)', ["cat"], 1],
];

for (const [template, cells, expected] of VALUES) {
  test(`${template} of ${JSON.stringify(cells)} is ${expected}`, () => {
    assert.equal(value(template, cells), expected);
  });
}

test("an error goes on to what is made of it, and leaves when it is typed over", () => {
  const calculation = new Calculation(formulaFlow("MAX(0,{1}/{2})", 2), [
    [0, 6],
    [1, 0],
  ]);
  assert.equal(calculation.value(1, 0, 0).error, "#DIV/0!");
  calculation.set(0, 0, 1, 2);
  assert.deepEqual([...calculation.recalculate()], [0, 1]);
  assert.equal(calculation.value(1, 0, 0), 3);
});

test("a comparison with an error is that error", () => {
  assert.equal(value("IF({1}/{2}>0,1,0)", [1, 0]), "#DIV/0!");
});
