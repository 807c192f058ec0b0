/**
 * All that changes on a page: what is shown, what is selected, what was typed.
 *
 *   const store = new Store(await decodeDocument(text));
 *   store.document, store.flows, store.flowNumber, store.flow, store.calculation, store.selection
 *   store.select(cell | null)           a cell is {slice, row, column}
 *   store.isInput(cell)                 whether it may be typed over
 *   store.type(cell, text)              "" or why it was refused
 *   store.put([{slice, row, column, value}…], joined)    many inputs at once, one entry of undo;
 *                                       "" or why they were refused (then nothing changes);
 *                                       with the settings of another flow, if its number is given
 *   store.undo(), store.redo(), store.reset(), store.canUndo, store.canRedo, store.isChanged
 *   store.switchTo(number)              show another flow; a change of settings is undone like another
 *   store.fragment(), store.applyFragment(text)    as in fragment.js; null, or why it was refused
 *   store.state(), store.applyState(json)          as in state.js
 *   store.changes(listener)             called with {kind: "values" | "flow" | "selection", slices}
 */

import { Calculation } from "./calculation.js";
import { cellValue, compile, Frame } from "./compile.js";
import { Edits } from "./edits.js";
import { readFragment, writeFragment } from "./fragment.js";
import { History } from "./history.js";
import { originOf } from "./names.js";
import { parseTemplate } from "./parse.js";
import { isSameCalculation, readInputs, readState, writeState } from "./state.js";
import { readName, readTyped } from "./typing.js";

const NO_INPUT = "calculated, or given: type over an input";
// What an entry of the history calls the flow that is shown.
const FLOW = "flow";
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
    return this.#edits.size + this.#settingTo(0).size > 0;
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
    const { role } = this.flow.blockAt(cell.slice, cell.row, cell.column);
    if (role === "answer" && !text.trim()) return this.put([{ ...cell, value: null }]);
    const { value, reason } = role === "name" ? readName(text) : readTyped(text);
    return reason ?? this.put([{ ...cell, value }]);
  }

  put(changes, joined = false, number = this.flowNumber) {
    const calculation = this.#calculationOf(number);
    const reason = changes.map((change) => refusal(calculation, change)).find(Boolean);
    if (reason) return reason;
    const entry = this.#settingTo(number);
    if (entry.size) this.#follow(number);
    else this.#show(number);
    for (const { value: after, ...cell } of changes) {
      const before = calculation.value(cell.slice, cell.row, cell.column);
      const key = this.#edits.keyOf(calculation.flow, cell);
      if (before !== after) entry.set(key, { before, after });
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

  /** Put the document's numbers and settings back; that can be undone, too. */
  reset() {
    this.#make(new Map([...this.#settingTo(0), ...this.#edits.backToOriginals()]), false);
  }

  switchTo(number) {
    this.put([], false, number);
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
    const shown = this.flows[flow];
    if (!shown || (selection && !shown.has(selection))) return OTHER_PAGE;
    const changes = edits.map(([cell, value]) => ({ ...cell, value }));
    const reason = this.put(changes, false, flow);
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
    return this.put(changes, false, number);
  }

  #numberOf(state) {
    const { worksheet } = this.document;
    if (worksheet) return state.header === worksheet.header ? 0 : -1;
    return this.flows.findIndex((flow) => isSameCalculation(flow.calculation, state.calculation));
  }

  /** Select a number of a layer's result, or the image's, by row, column and channel, or its unit. */
  #selectPlace({ layer, at }) {
    const isNamed = ({ kind, isImage, ...stage }) =>
      isImage ? layer === "image" : kind === "stage" && stage.layer === layer;
    const stage = this.flow.stages.findLast((part) => isNamed(part) && !part.hidden);
    const cell = stage && placeIn(this.flow, stage, at);
    if (!cell || !this.flow.has(cell)) return `there is no number ${layer} (${at.join(", ")})`;
    this.select(cell);
    return "";
  }

  #calculationOf(number) {
    const { flows, inputs, worksheet } = this.document;
    this.#calculations[number] ??= new Calculation(flows[number], inputs[number], worksheet);
    return this.#calculations[number];
  }

  /** An entry of the history that shows a flow of other settings; empty where nothing changes. */
  #settingTo(number) {
    const isOther = this.flow.settings && number !== this.flowNumber;
    return new Map(isOther ? [[FLOW, { before: this.flowNumber, after: number }]] : []);
  }

  #make(entry, joined) {
    if (!entry.size) return;
    this.#history.add(entry, joined);
    this.#apply(entry);
  }

  /** Make an entry of the history true, in the flow that is shown, or the one that it belongs to. */
  #apply(entry) {
    if (!entry) return;
    let number = this.flowNumber;
    for (const [key, { before, after }] of entry) {
      if (key === FLOW) number = after;
      else this.#edits.set(key, before, after);
    }
    const [key] = entry.keys();
    const isHere = key === FLOW || this.#edits.cellOf(this.flows[number], key);
    if (!isHere) number = Number.parseInt(key, 10);
    if (number === this.flowNumber) this.#tell("values", this.#follow(number));
    else this.#show(number);
  }

  /** Show another flow; what is selected stays so where that has it, too. */
  #show(number) {
    if (number === this.flowNumber) return;
    const { flow, selection } = this;
    this.flowNumber = number;
    this.selection = flow.settings && selection && this.#carried(selection, flow);
    this.#follow(number);
    this.#tell("flow");
  }

  /** Where the flow that is shown has a cell of one with other settings; null where it doesn't. */
  #carried({ slice, row, column }, from) {
    const nameOf = ({ kind, layer, name }) => [kind, layer, name].join();
    const stage = from.stageOf(slice);
    const like = this.flow.stages.find((other) => nameOf(other) === nameOf(stage));
    const [top, left] = originOf(from, slice);
    const at = [row - top, column - left, slice - stage.slices[0].number];
    const cell = like && placeIn(this.flow, like, at);
    return cell && this.flow.has(cell) ? cell : null;
  }

  /** Bring a flow up to all changes; return the slices that are others now. */
  #follow(number) {
    const calculation = this.#calculationOf(number);
    for (const [{ slice, row, column }, value] of this.#edits.of(this.flows[number])) {
      calculation.set(slice, row, column, value);
    }
    return calculation.recalculate();
  }

  #tell(kind, slices = new Set()) {
    for (const listener of this.#listeners) listener({ kind, slices });
  }
}

/** Why a change can't be made, or "". */
function refusal(calculation, { value, slice, row, column }) {
  if (!calculation.isInput(slice, row, column)) return NO_INPUT;
  const { role } = calculation.flow.blockAt(slice, row, column);
  if (role === "answer" && value === null) return "";
  if (role === "name") return readName(value).reason ?? "";
  if (!Number.isFinite(value)) return "expected a number";
  const entry = calculation.flow.entries.find(([number]) => number === slice);
  if (!entry) return "";
  const [, rule, expected] = entry;
  const frame = Frame.of([{ height: 1, width: 1, cells: [value] }]);
  return cellValue(compile(parseTemplate(rule), frame)) === 1 ? "" : expected;
}

/** The cell of a stage at a row, column and channel, as names count them, or of a vector's unit. */
function placeIn(flow, { slices, width }, at) {
  const isUnit = at.length === 1 && slices.length === 1;
  const [row, column = 0, channel = 0] = isUnit ? [Math.floor(at[0] / width), at[0] % width] : at;
  if (!slices[channel]) return null;
  const { number: slice } = slices[channel];
  const [top, left] = originOf(flow, slice);
  return { slice, row: row + top, column: column + left };
}
