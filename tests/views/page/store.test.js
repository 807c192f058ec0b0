import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../../cnncalc/views/page/sources/store.js";
import { convolutionDocument, flowOf, sliceOf } from "./small_documents.js";

const PIXEL = { slice: 0, row: 0, column: 0 };
const SUM = { slice: 2, row: 0, column: 0 };

const valueAt = (store, { slice, row, column }) => store.calculation.value(slice, row, column);

test("what is typed changes what follows, and its slices are told", () => {
  const store = new Store(convolutionDocument());
  const told = [];
  store.changes((change) => told.push(change));
  assert.equal(valueAt(store, SUM), -4);
  assert.equal(store.type(PIXEL, "11,5"), "");
  assert.equal(valueAt(store, SUM), 6.5);
  assert.deepEqual(told, [{ kind: "values", slices: new Set([0, 2, 3]) }]);
});

test("what is refused changes nothing, and says why", () => {
  const store = new Store(convolutionDocument());
  assert.match(store.type(PIXEL, "black"), /expected a number/);
  assert.match(store.type(SUM, "3"), /calculated/);
  assert.match(store.put([{ ...PIXEL, value: Infinity }]), /expected a number/);
  assert.match(store.put([{ slice: 0, row: 7, column: 0, value: 1 }]), /calculated/);
  assert.match(store.put([{ slice: 99, row: 0, column: 0, value: 1 }]), /calculated/);
  assert.equal(store.isChanged, false);
  assert.equal(store.canUndo, false);
});

test("changes are undone and done again, one entry for a stroke", () => {
  const store = new Store(convolutionDocument());
  store.put([{ ...PIXEL, value: 5 }]);
  store.put([{ ...PIXEL, row: 1, value: 6 }], true);
  store.put([{ ...PIXEL, value: 7 }], true);
  store.undo();
  assert.equal(valueAt(store, PIXEL), 1);
  assert.equal(store.isChanged, false);
  store.redo();
  assert.equal(valueAt(store, PIXEL), 7);
  assert.equal(valueAt(store, { ...PIXEL, row: 1 }), 6);
  assert.equal(store.canRedo, false);
});

test("a new change forgets what was undone", () => {
  const store = new Store(convolutionDocument());
  store.type(PIXEL, "5");
  store.undo();
  store.type(PIXEL, "6");
  assert.equal(store.canRedo, false);
});

test("a reset brings the document's numbers back, and can be undone", () => {
  const store = new Store(convolutionDocument());
  store.type(PIXEL, "5");
  store.type({ slice: 1, row: 1, column: 1 }, "2");
  store.reset();
  assert.equal(store.isChanged, false);
  assert.equal(valueAt(store, SUM), -4);
  store.undo();
  assert.equal(valueAt(store, SUM), 15);
});

test("a link carries what was changed and what is selected", () => {
  const store = new Store(convolutionDocument());
  assert.equal(store.fragment(), "");
  store.type(PIXEL, "-0.125");
  store.select(SUM);
  const text = store.fragment();
  assert.equal(text, "at=2.0.0&e=0.0.0:-0.125");
  const other = new Store(convolutionDocument());
  assert.equal(other.applyFragment(text), "");
  assert.equal(valueAt(other, SUM), valueAt(store, SUM));
  assert.deepEqual(other.selection, SUM);
});

test("a link to a number of a layer selects it", () => {
  const store = new Store(convolutionDocument());
  assert.equal(store.applyFragment("conv2d/1,0,0"), "");
  assert.deepEqual(store.selection, { slice: 3, row: 1, column: 0 });
  assert.equal(store.applyFragment("image/2,1,0"), "");
  assert.deepEqual(store.selection, { slice: 0, row: 2, column: 1 });
  assert.match(store.applyFragment("conv2d/9,0,0"), /there is no number/);
  assert.match(store.applyFragment("dense/0"), /there is no number/);
});

// A link can come from anybody.
const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "e=0.0.0:<b>",
  "e=0.0.0:1e999",
  "e=0.0.0:NaN",
  "e=0.0.0:Infinity",
  "e=0.0.0:'text",
  "e=2.0.0:5",
  "e=99.0.0:5",
  "e=0.9.0:5",
  "e=0.-1.0:5",
  "e=__proto__.0.0:5",
  "e=0.0.0:0x10",
  "e=0.0.0:5;0.0.0:",
  "f=9",
  "f=-1",
  "f=__proto__",
  "at=9.9.9",
  "at=0",
  "constructor=1",
  "__proto__=1",
  "%",
  "conv2d%/1",
  "constructor/1,1",
  `e=${Array(5000).fill("0.0.0:1").join(";")}`,
  `e=${Array(4000).fill("0.0.0:1234").join(";")}`,
  "e=0.0.0:".padEnd(40_000, "1"),
];

for (const text of HOSTILE) {
  test(`the link #${text.slice(0, 40)} is refused and changes nothing`, () => {
    const store = new Store(convolutionDocument());
    assert.notEqual(store.applyFragment(text), "");
    assert.equal(store.isChanged, false);
    assert.equal(store.selection, null);
    assert.deepEqual(Object.keys(Object.prototype), []);
  });
}

test("too many changes don't fit a link", () => {
  const inputs = sliceOf([[0, 0, 100, 100, "pixels", 0]]);
  const flow = flowOf([{ kind: "input", height: 100, width: 100, slices: [inputs] }], []);
  const numbers = Array.from({ length: 10_000 }, (_, place) => [place, 0]);
  const store = new Store({ flows: [flow], inputs: [numbers], worksheet: null });
  const changes = Array.from({ length: 5_000 }, (_, cell) => ({
    ...{ slice: 0, row: Math.floor(cell / 100), column: cell % 100, value: 1 },
  }));
  assert.equal(store.put(changes), "");
  assert.equal(store.fragment(), null);
});

function documentWithCalculation() {
  const made = convolutionDocument();
  made.flows[0].calculation = [["layers", "Conv2D(1, 2)"]];
  return made;
}

test("a state is a file that brings the numbers back", () => {
  const store = new Store(documentWithCalculation());
  store.type(PIXEL, "8");
  const text = JSON.stringify(store.state());
  assert.deepEqual(JSON.parse(text).inputs[1], [
    [1, 0],
    [0, -1],
  ]);
  const other = new Store(documentWithCalculation());
  assert.equal(other.applyState(text), "");
  assert.equal(valueAt(other, PIXEL), 8);
});

test("a state of something else is refused", () => {
  const store = new Store(documentWithCalculation());
  const state = store.state();
  const bad = [
    "no JSON",
    "null",
    "[]",
    { ...state, cnncalc: "model" },
    { ...state, version: 2 },
    { ...state, calculation: [["layers", "Dense(1)"]] },
    { ...state, inputs: [] },
    { ...state, inputs: [[[1]], state.inputs[1]] },
    {
      ...state,
      inputs: [
        state.inputs[0],
        [
          [1, 0],
          [0, null],
        ],
      ],
    },
    {
      ...state,
      inputs: [
        state.inputs[0],
        [
          [1, 0],
          [0, "<b>"],
        ],
      ],
    },
  ];
  for (const given of bad) {
    assert.notEqual(store.applyState(given), "", JSON.stringify(given));
    assert.equal(store.isChanged, false);
  }
});

test("on a worksheet only blanks are filled in, and their marks follow", () => {
  const mark = 'IF({1}="",0,IF({0}="",0,IF(ISNUMBER({0}),IF(ABS({0}-{1})<=0.001,1,-1),-1)))';
  const answers = sliceOf([[0, 0, 1, 2, "answer", 0]]);
  const solution = sliceOf([[0, 0, 1, 2, "answer", 0]]);
  const cells = [0, 1].map((slice) => [slice, 0, 0, 1, 1, 1, 0, 0, 1]);
  const marks = sliceOf([[0, 0, 1, 2, "formula", [0, ...cells]]]);
  const stages = [answers, solution, marks].map((slice, place) => ({
    ...{ width: 2, slices: [slice], hidden: place > 0 },
  }));
  const inputs = [NaN, 7, 5, NaN].map((number, place) => [place, number]);
  const worksheet = { header: "ABCD-EFGH", sentence: "", blanks: 1, marked: true };
  const store = new Store({ flows: [flowOf(stages, [mark])], inputs: [inputs], worksheet });
  const [blank, given] = [0, 1].map((column) => ({ slice: 0, row: 0, column }));
  const markOf = () => store.calculation.value(2, 0, 0);
  assert.equal(markOf(), 0);
  assert.equal(store.type(given, "1"), "calculated, or given: type over an input");
  assert.equal(store.isInput({ slice: 1, row: 0, column: 1 }), false);
  assert.equal(store.type(blank, "4"), "");
  assert.equal(markOf(), -1);
  assert.equal(store.type(blank, "5"), "");
  assert.equal(markOf(), 1);
  assert.equal(store.type(blank, ""), "");
  assert.equal(markOf(), 0);
  const state = store.state();
  assert.deepEqual(state.inputs, [[[null, 7]]]);
  assert.equal(store.applyState({ ...state, inputs: [[[5, 7]]] }), "");
  assert.equal(markOf(), 1);
});

test("what may be typed is asked of the document's rule", () => {
  const made = convolutionDocument();
  made.flows[0].entries = [[1, "AND(ISNUMBER({0}),{0}>=0)", "a weight must be at least 0."]];
  const store = new Store(made);
  const cell = { slice: 1, row: 0, column: 0 };
  assert.equal(store.type(cell, "-1"), "a weight must be at least 0.");
  assert.equal(store.type(cell, "1"), "");
  assert.equal(store.type(PIXEL, "-1"), "");
});
