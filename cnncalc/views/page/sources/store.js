/**
 * All that changes on a page: what is shown, what is selected, what was typed.
 *
 *   const store = new Store(await decodeDocument(text));
 *   store.document, store.flows, store.flowNumber, store.flow, store.calculation, store.selection
 *   store.select(cell | null)           a cell is {slice, row, column}
 *   store.isInput(cell)                 whether it may be typed over
 *   store.entryOf(cell)                 {rule, expected} of what may be typed there, or null
 *   store.type(cell, text)              "" or why it was refused
 *   store.put([{slice, row, column, value}…], joined)    many inputs at once, one entry of undo;
 *                                       "" or why they were refused (then nothing changes)
 *   store.undo(), store.redo(), store.reset(), store.canUndo, store.canRedo, store.isChanged
 *   store.switchTo(number | settings)   false where there is no such flow
 *   store.fragment(), store.applyFragment(text)    as in fragment.js; null, or why it was refused
 *   store.state(), store.applyState(json)          as in state.js
 *   store.changes(listener)             called with {kind: "values" | "flow" | "selection", slices};
 *                                       returns how to stop
 */

import { Calculation } from "./calculation.js";
import { cellValue, compile, Frame } from "./compile.js";
import { Edits } from "./edits.js";
import { holds } from "./flow.js";
import { readFragment, writeFragment } from "./fragment.js";
import { History } from "./history.js";
import { parseTemplate } from "./parse.js";
import { isSameCalculation, readInputs, writeState } from "./state.js";
import { readName, readTyped } from "./typing.js";

const NO_STATE = "this is no state of a calculation that cnncalc has saved";

export class Store {
  #calculations = new Map();
  #edits = new Edits();
  #history = new History();
  #listeners = new Set();

  /** @param {object} document as decodeDocument returns it */
  constructor(document) {
    this.document = document;
    this.flows = document.flows;
    this.selection = null;
    this.flowNumber = 0;
    const [slice, row, column] = document.selection ?? [];
    if (slice !== undefined) this.selection = { slice, row, column };
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

  /** Call a listener at every change; return how to stop. */
  changes(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  select(cell) {
    this.selection = cell && { slice: cell.slice, row: cell.row, column: cell.column };
    this.#tell("selection");
  }

  isInput({ slice, row, column }) {
    return this.calculation.isInput(slice, row, column);
  }

  entryOf({ slice }) {
    const found = this.flow.entries.find((entry) => entry[0] === slice);
    return found ? { rule: found[1], expected: found[2] } : null;
  }

  type(cell, text) {
    const { value, reason } = this.#read(cell, text);
    return reason ?? this.put([{ ...cell, value }]);
  }

  put(changes, joined = false) {
    const reason = changes.map((change) => this.#refusal(change)).find(Boolean);
    if (reason) return reason;
    const entry = new Map();
    for (const change of changes) {
      const before = this.#valueOf(change);
      if (before === change.value) continue;
      entry.set(this.#edits.keyOf(this.flow, change), { before, after: change.value });
    }
    if (!entry.size) return "";
    this.#history.add(entry, joined);
    this.#apply(entry);
    return "";
  }

  undo() {
    const entry = this.#history.undo();
    if (entry) this.#apply(entry);
  }

  redo() {
    const entry = this.#history.redo();
    if (entry) this.#apply(entry);
  }

  /** Put the document's numbers back; that can be undone, too. */
  reset() {
    const entry = new Map(
      this.#edits
        .changed()
        .map(([key, before]) => [key, { before, after: this.#edits.original(key) }]),
    );
    if (!entry.size) return;
    this.#history.add(entry, false);
    this.#apply(entry);
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
    const { flow } = this;
    const edits = this.#edits
      .changed()
      .map(([key, value]) => [this.#edits.cellOf(flow, key), value])
      .filter(([cell]) => cell);
    return writeFragment({ flow: this.flowNumber, selection: this.selection, edits });
  }

  applyFragment(text) {
    const found = readFragment(text);
    if (!found) return "the link holds no state of this page";
    if (found.layer !== undefined) return this.#selectPlace(found);
    if (!this.switchTo(found.flow)) return "the link belongs to another page";
    const { selection, edits } = found;
    if (selection && !this.#holds(selection)) return "the link belongs to another page";
    const reason = edits.length ? this.put(edits.map(([cell, value]) => ({ ...cell, value }))) : "";
    if (!reason && selection) this.select(selection);
    return reason;
  }

  state() {
    return writeState(this.calculation, this.document.worksheet);
  }

  applyState(given) {
    const state = typeof given === "string" ? parsed(given) : given;
    if (!["state", "answers"].includes(state?.cnncalc) || state.version !== 1) return NO_STATE;
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
    const stages = this.flow.stages.filter(
      (stage) => stage.kind === "stage" && stage.layer === layer && !stage.hidden,
    );
    const stage = stages.at(-1);
    const cell = stage && placeIn(stage, at);
    if (!cell || !this.#holds(cell)) return `there is no number ${layer} (${at.join(", ")})`;
    this.select(cell);
    return "";
  }

  #holds({ slice, row, column }) {
    const found = this.flow.sliceOf(slice);
    return Boolean(found) && holds({ ...found, row: 0, column: 0 }, row, column);
  }

  #calculationOf(number) {
    if (!this.#calculations.has(number)) {
      const { flows, inputs, worksheet } = this.document;
      const made = new Calculation(flows[number], inputs[number], Boolean(worksheet));
      this.#calculations.set(number, made);
    }
    return this.#calculations.get(number);
  }

  #read(cell, text) {
    if (!this.isInput(cell)) return { reason: "this number is calculated, or given" };
    const { role } = this.flow.blockAt(cell.slice, cell.row, cell.column);
    if (role === "answer" && !text.trim()) return { value: null };
    return role === "name" ? readName(text) : readTyped(text);
  }

  /** Why a change can't be made, or "". */
  #refusal(change) {
    const { slice, row, column, value } = change;
    if (!this.#holds(change) || !this.isInput(change)) return "this number is calculated, or given";
    const { role } = this.flow.blockAt(slice, row, column);
    if (value === null) return role === "answer" ? "" : "expected a number";
    const isFit = role === "name" ? typeof value === "string" : Number.isFinite(value);
    if (!isFit) return role === "name" ? "expected a name" : "expected a number";
    const entry = this.entryOf(change);
    if (!entry) return "";
    const cell = Frame.of([{ height: 1, width: 1, cells: [value] }]);
    return cellValue(compile(parseTemplate(entry.rule), cell)) === 1 ? "" : entry.expected;
  }

  #valueOf({ slice, row, column }) {
    return this.calculation.value(slice, row, column);
  }

  /** Make an entry of the history true, in the flow that is shown, or the one that it belongs to. */
  #apply(entry) {
    for (const [key, { before, after }] of entry) this.#edits.set(key, before, after);
    const [key] = entry.keys();
    const isElsewhere = !this.#edits.cellOf(this.flow, key);
    if (isElsewhere) this.switchTo(Number(key.split("/")[0]));
    else this.#tell("values", this.#follow());
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
    for (const listener of [...this.#listeners]) listener({ kind, slices });
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The cell of a layer's result at a row, column and channel, or of a vector's unit. */
function placeIn(stage, at) {
  if (at.length === 1 && stage.slices.length === 1) {
    const [{ number }] = stage.slices;
    return { slice: number, row: Math.floor(at[0] / stage.width), column: at[0] % stage.width };
  }
  const [row, column, channel = 0] = at;
  const slice = stage.slices[channel];
  return slice && { slice: slice.number, row, column: column ?? 0 };
}
