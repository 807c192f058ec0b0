/**
 * All that changes on a page: what is shown, what is selected, what was typed.
 *
 *   const store = new Store(await decodeDocument(text));
 *   store.document, store.flows, store.flowNumber, store.flow, store.calculation, store.selection
 *   store.select(cell | null)           a cell is {slice, row, column}
 *   store.isInput(cell)                 whether it may be typed over
 *   store.type(cell, text)              "" or why it was refused
 *   store.put([{slice, row, column, value}…], joined)    many inputs at once, one entry of undo;
 *                                       "" or why they were refused (then nothing changes)
 *   store.undo(), store.redo(), store.reset(), store.canUndo, store.canRedo, store.isChanged
 *   store.switchTo(number | settings)   false where there is no such flow
 *   store.fragment(), store.applyFragment(text)    as in fragment.js; null, or why it was refused
 *   store.state(), store.applyState(json)          as in state.js
 *   store.changes(listener)             called with {kind: "values" | "flow" | "selection", slices}
 */

import { Calculation } from "./calculation.js";
import { cellValue, compile, Frame } from "./compile.js";
import { Edits } from "./edits.js";
import { readFragment, writeFragment } from "./fragment.js";
import { History } from "./history.js";
import { parseTemplate } from "./parse.js";
import { isSameCalculation, readInputs, readState, writeState } from "./state.js";
import { readName, readTyped } from "./typing.js";

const NO_INPUT = "this number is calculated, or given";
const OTHER_PAGE = "the link belongs to another page";

export class Store {
  #calculations = [];
  #edits = new Edits();
  #history = new History();
  #listeners = [];

  /** @param {object} document as decodeDocument returns it */
  constructor(document) {
    const { flows, selection } = document;
    Object.assign(this, { document, flows, flowNumber: 0, selection: null });
    const [slice, row, column] = selection ?? [];
    if (selection) this.selection = { slice, row, column };
  }

  get flow() {
    return this.flows[this.flowNumber];
  }

  get calculation() {
    return this.#calculationOf(this.flowNumber);
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  get isChanged() {
    return this.#edits.size > 0;
  }

  /** Call a listener at every change. */
  changes(listener) {
    this.#listeners.push(listener);
  }

  select(cell) {
    this.selection = cell && { slice: cell.slice, row: cell.row, column: cell.column };
    this.#tell("selection");
  }

  isInput({ slice, row, column }) {
    return this.calculation.isInput(slice, row, column);
  }

  type(cell, text) {
    if (!this.isInput(cell)) return NO_INPUT;
    const role = this.#roleOf(cell);
    if (role === "answer" && !text.trim()) return this.put([{ ...cell, value: null }]);
    const { value, reason } = role === "name" ? readName(text) : readTyped(text);
    return reason ?? this.put([{ ...cell, value }]);
  }

  put(changes, joined = false) {
    const reason = changes.map((change) => this.#refusal(change)).find(Boolean);
    if (reason) return reason;
    const entry = new Map();
    for (const { value: after, ...cell } of changes) {
      const before = this.calculation.value(cell.slice, cell.row, cell.column);
      if (before !== after) entry.set(this.#edits.keyOf(this.flow, cell), { before, after });
    }
    this.#make(entry, joined);
    return "";
  }

  undo() {
    this.#apply(this.#history.undo());
  }

  redo() {
    this.#apply(this.#history.redo());
  }

  /** Put the document's numbers back; that can be undone, too. */
  reset() {
    this.#make(this.#edits.backToOriginals(), false);
  }

  switchTo(wanted) {
    const number = typeof wanted === "number" ? wanted : this.#withSettings(wanted);
    if (!this.flows[number]) return false;
    if (number === this.flowNumber) return true;
    this.flowNumber = number;
    this.selection = null;
    this.#follow();
    this.#tell("flow");
    return true;
  }

  fragment() {
    const edits = this.#edits.changedIn(this.flow);
    return writeFragment({ flow: this.flowNumber, selection: this.selection, edits });
  }

  applyFragment(text) {
    const found = readFragment(text);
    if (!found) return "the link holds no state of this page";
    if (found.layer !== undefined) return this.#selectPlace(found);
    const { flow, selection, edits } = found;
    if (!this.switchTo(flow) || (selection && !this.flow.has(selection))) return OTHER_PAGE;
    const reason = this.put(edits.map(([cell, value]) => ({ ...cell, value })));
    if (!reason && selection) this.select(selection);
    return reason;
  }

  state() {
    return writeState(this.calculation, this.document.worksheet);
  }

  applyState(given) {
    const state = readState(given);
    if (!state) return "this is no state of a calculation that cnncalc has saved";
    const number = this.#numberOf(state);
    if (number < 0) return "the state belongs to another calculation";
    const changes = readInputs(this.#calculationOf(number), state.inputs);
    if (!changes) return "the state's numbers don't fit this calculation";
    this.switchTo(number);
    return this.put(changes);
  }

  #numberOf(state) {
    const { worksheet } = this.document;
    if (worksheet) return state.header === worksheet.header ? 0 : -1;
    return this.flows.findIndex((flow) => isSameCalculation(flow.calculation, state.calculation));
  }

  #withSettings(settings) {
    const names = ["padding", "strides", "dilation"];
    const asText = (given) => JSON.stringify(names.map((name) => given?.[name]));
    return this.flows.findIndex((flow) => asText(flow.settings) === asText(settings));
  }

  /** Select a number of a layer's result by its row, column and channel, or its unit. */
  #selectPlace({ layer, at }) {
    const isResult = ({ kind, hidden, ...stage }) =>
      kind === "stage" && stage.layer === layer && !hidden;
    const stage = this.flow.stages.filter(isResult).at(-1);
    const cell = stage && placeIn(stage, at);
    if (!cell || !this.flow.has(cell)) return `there is no number ${layer} (${at.join(", ")})`;
    this.select(cell);
    return "";
  }

  #calculationOf(number) {
    const { flows, inputs, worksheet } = this.document;
    this.#calculations[number] ??= new Calculation(flows[number], inputs[number], worksheet);
    return this.#calculations[number];
  }

  #roleOf({ slice, row, column }) {
    return this.flow.blockAt(slice, row, column).role;
  }

  /** Why a change can't be made, or "". */
  #refusal({ value, ...cell }) {
    if (!this.isInput(cell)) return NO_INPUT;
    const role = this.#roleOf(cell);
    if (role === "answer" && value === null) return "";
    if (role === "name") return readName(value).reason ?? "";
    if (!Number.isFinite(value)) return "expected a number";
    const entry = this.flow.entries.find(([slice]) => slice === cell.slice);
    if (!entry) return "";
    const [, rule, expected] = entry;
    const frame = Frame.of([{ height: 1, width: 1, cells: [value] }]);
    return cellValue(compile(parseTemplate(rule), frame)) === 1 ? "" : expected;
  }

  #make(entry, joined) {
    if (!entry.size) return;
    this.#history.add(entry, joined);
    this.#apply(entry);
  }

  /** Make an entry of the history true, in the flow that is shown, or the one that it belongs to. */
  #apply(entry) {
    if (!entry) return;
    for (const [key, { before, after }] of entry) this.#edits.set(key, before, after);
    const [key] = entry.keys();
    if (this.#edits.cellOf(this.flow, key)) this.#tell("values", this.#follow());
    else this.switchTo(Number.parseInt(key, 10));
  }

  /** Bring the flow that is shown up to all changes; return the slices that are others now. */
  #follow() {
    const { calculation } = this;
    for (const [{ slice, row, column }, value] of this.#edits.of(this.flow)) {
      calculation.set(slice, row, column, value);
    }
    return calculation.recalculate();
  }

  #tell(kind, slices = new Set()) {
    for (const listener of this.#listeners) listener({ kind, slices });
  }
}

/** The cell of a layer's result at a row, column and channel, or of a vector's unit. */
function placeIn({ slices, width }, at) {
  const isUnit = at.length === 1 && slices.length === 1;
  const [row, column = 0, channel = 0] = isUnit ? [Math.floor(at[0] / width), at[0] % width] : at;
  return slices[channel] && { slice: slices[channel].number, row, column };
}
