import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../../cnncalc/views/page/sources/store.js";
import { convolutionDocument, flowOf, sliceOf } from "./small_documents.js";

const PIXEL = { slice: 0, row: 0, column: 0 };

const valueAt = (store, { slice, row, column }) => store.calculation.value(slice, row, column);

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
  const settings = (padding) => ({ settings: { padding, stride: "1", dilation: "1" } });
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
