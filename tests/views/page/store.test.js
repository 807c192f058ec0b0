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

test("settings share what is typed, wherever it stands in them", () => {
  const first = convolutionDocument({ settings: { padding: "valid" } });
  const padded = sliceOf([
    [1, 1, 3, 3, "pixels", ["same", 0, 0, 0]],
    [0, 0, 1, 5, "padding", 0],
  ]);
  const sum = sliceOf([[0, 0, 1, 1, "formula", [0, [0, 1, 1, 3, 3]]]]);
  const stages = [{ kind: "input", height: 5, width: 5, slices: [padded] }, { slices: [sum] }];
  const second = flowOf(stages, ["SUM({0})"], { number: 1, settings: { padding: "same" } });
  const places = [6, 7, 8, 11, 12, 13, 16, 17, 18];
  const inputs = places.map((place, number) => [place, number + 1]);
  const store = new Store({
    ...first,
    flows: [...first.flows, second],
    inputs: [...first.inputs, inputs],
  });
  store.type({ slice: 0, row: 2, column: 2 }, "100");
  store.switchTo(1);
  assert.equal(store.calculation.value(0, 3, 3), 100);
  assert.equal(store.calculation.value(1, 0, 0), 136);
  store.type({ slice: 0, row: 1, column: 1 }, "51");
  store.switchTo(0);
  assert.equal(valueAt(store, PIXEL), 51);
  for (const flow of [1, 1, 0, 0]) {
    store.undo();
    assert.equal(store.flowNumber, flow);
  }
  assert.equal(store.isChanged, false);
  assert.equal(valueAt(store, PIXEL), 1);
});

/** A store of an image without padding and, as other settings, with it. */
function storeOfSettings() {
  const stage = (block, size, more) => {
    return { kind: "input", height: size, width: size, slices: [sliceOf([block])], ...more };
  };
  const sum = (at) => ({
    ...stage([0, 0, 1, 1, "formula", [0, [0, at, at, 2, 2]]], 1),
    ...{ kind: "stage", layer: "conv2d" },
  });
  const number = { calculation: "valid", settings: { padding: "valid" } };
  const plain = flowOf([stage([0, 0, 2, 2, "pixels", 0], 2), sum(0)], ["SUM({0})"], number);
  const padded = stage([1, 1, 2, 2, "pixels", ["same", 0, 0, 0]], 3);
  const same = { number: 1, calculation: "same", settings: { padding: "same" } };
  const flows = [plain, flowOf([padded, sum(1)], ["SUM({0})"], same)];
  const numbers = (places) => places.map((place, at) => [place, at + 1]);
  return new Store({ flows, inputs: [numbers([0, 1, 2, 3]), numbers([4, 5, 7, 8])] });
}

test("a switch of settings is a change that is undone and reset", () => {
  const store = storeOfSettings();
  store.type(PIXEL, "10");
  store.switchTo(1);
  assert.equal(store.isChanged, true);
  store.undo();
  assert.equal(store.flowNumber, 0);
  assert.equal(valueAt(store, PIXEL), 10);
  store.redo();
  assert.equal(store.flowNumber, 1);
  store.reset();
  assert.equal(store.flowNumber, 0);
  assert.equal(store.isChanged, false);
  assert.equal(valueAt(store, PIXEL), 1);
  store.undo();
  assert.equal(store.flowNumber, 1);
  assert.equal(store.calculation.value(1, 0, 0), 19);
});

test("to open a state is one change, with its settings", () => {
  const [store, other] = [storeOfSettings(), storeOfSettings()];
  other.switchTo(1);
  other.type({ slice: 0, row: 1, column: 1 }, "10");
  assert.equal(store.applyState(other.state()), "");
  assert.equal(store.flowNumber, 1);
  assert.equal(store.calculation.value(1, 0, 0), 19);
  store.undo();
  assert.equal(store.flowNumber, 0);
  assert.equal(valueAt(store, PIXEL), 1);
  assert.equal(store.canUndo, false);
});

test("what is selected stays so in other settings, where these have it", () => {
  const store = storeOfSettings();
  store.select({ slice: 0, row: 0, column: 1 });
  store.switchTo(1);
  assert.deepEqual(store.selection, { slice: 0, row: 1, column: 2 });
  store.switchTo(0);
  assert.deepEqual(store.selection, { slice: 0, row: 0, column: 1 });
});

test("what is typed where there is no padding stands inside of it elsewhere", () => {
  const settings = (padding) => ({ settings: { padding, strides: [1, 1], dilation: [1, 1] } });
  const stage = (block, size) => ({ height: size, width: size, slices: [sliceOf([block])] });
  const padded = flowOf([stage([1, 1, 2, 2, "pixels", 0], 3)], [], settings("1"));
  const plain = flowOf([stage([0, 0, 2, 2, "pixels", ["same", 0, 1, 1]], 2)], [], {
    ...{ number: 1, ...settings("valid") },
  });
  const numbers = (places) => places.map((place, number) => [place, number]);
  const inputs = [numbers([4, 5, 7, 8]), numbers([0, 1, 2, 3])];
  const store = new Store({ flows: [padded, plain], inputs, worksheet: null });
  assert.equal(store.type({ slice: 0, row: 2, column: 1 }, "50"), "");
  store.switchTo(1);
  assert.equal(store.calculation.value(0, 1, 0), 50);
  assert.equal(store.fragment(), "f=1&e=0.1.0:50");
  store.type({ slice: 0, row: 0, column: 1 }, "60");
  store.switchTo(0);
  assert.equal(store.calculation.value(0, 1, 2), 60);
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
