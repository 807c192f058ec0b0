import assert from "node:assert/strict";
import { test } from "node:test";
import { nodesOf, parseTemplate } from "../../../cnncalc/views/page/sources/parse.js";

/** A tree with all its parentheses. */
function written(tree) {
  const parts = tree.parts?.map(written);
  if (tree.type === "operation") return `(${parts.join(tree.sign)})`;
  if (tree.type === "negation") return `(-${parts})`;
  if (tree.type === "call") return `${tree.name}(${parts})`;
  if (tree.type === "reference") return `r${tree.place}`;
  return JSON.stringify(tree.value);
}

const FORMS = {
  "{0}-{1}-{2}": "((r0-r1)-r2)",
  "{0}+{1}*{2}^2": "(r0+(r1*(r2^2)))",
  "-{0}^2": "((-r0)^2)",
  "{0}*-1.303": "(r0*(-1.303))",
  "1/(1+EXP(-{0}))": "(1/(1+EXP((-r0))))",
  "IF({0}>=0.001,{1},0)": "IF((r0>=0.001),r1,0)",
  'IF({0}="",0,"a ""b""")': 'IF((r0=""),0,"a \\"b\\"")',
  "MAX(({0}+1)*{1},2)": "MAX(((r0+1)*r1),2)",
  "SUMPRODUCT({10},{11})": "SUMPRODUCT(r10,r11)",
};

for (const [template, expected] of Object.entries(FORMS)) {
  test(`${template} is read with a spreadsheet's precedence`, () => {
    assert.equal(written(parseTemplate(template)), expected);
  });
}

for (const template of [
  "",
  "{0}+",
  "SUM({0}",
  "{0} {1}",
  "sum({0})",
  "{0}#",
  "{{1,2}}",
  "{0}&{1}",
  "1E-12",
]) {
  test(`'${template}' is no formula`, () => {
    assert.throws(() => parseTemplate(template), SyntaxError);
  });
}

test("all nodes of a tree are found", () => {
  const places = [...nodesOf(parseTemplate("IF({0}>1,-{1},SUM({2},{3}))"))]
    .filter(({ type }) => type === "reference")
    .map(({ place }) => place);
  assert.deepEqual(places, [0, 1, 2, 3]);
});
