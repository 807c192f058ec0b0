/**
 * Formulas as people write them, in parts of text, each with the region that it stands for.
 *
 * A part is `{text}`, with `region`, the place of a reference, where it has one.
 */

import { nodesOf } from "./parse.js";

const BINDING = { choice: 0, sum: 1, product: 2, power: 3, atom: 4 };
const LEVEL_OF = { "+": "sum", "-": "sum", "*": "product", "/": "product", "^": "power" };
const SIGN_TEXTS = { "-": " − ", "+": " + ", "*": "×", "/": " / ", "^": "^", "&": " & " };
const COMPARISONS = { "=": "=", "<>": "≠", "<": "<", ">": ">", "<=": "≤", ">=": "≥" };

// How a function of single numbers is written around its argument.
const WRAPPERS = {
  LN: "ln(*)",
  TANH: "tanh(*)",
  SQRT: "√(*)",
  ABS: "|*|",
  INT: "⌊*⌋",
  EXP: "e^(*)",
};

// How numbers of ranges are joined: before, between, after; `#` is how many there are.
const JOINED = {
  SUM: ["", " + ", "", "sum"],
  SUMSQ: ["", "² + ", "²", "sum"],
  AVERAGE: ["(", " + ", ") / #", "product"],
  MAX: ["max(", ", ", ")", "atom"],
  MIN: ["min(", ", ", ")", "atom"],
};

/** Nearer than this to a place on the number line a number counts as there. */
const NEAREST_SHARE = 1e-11;

/**
 * Leave out what only rounding needs: a number within 1e-12 of the largest counts as the largest.
 *
 * @param {object} tree a formula's
 * @returns {object} the tree without such allowances
 */
export function withoutNearness(tree) {
  if (tree.type === "operation" && tree.sign === "-" && isAllowance(tree.parts[1]))
    return tree.parts[0];
  return tree.parts ? { ...tree, parts: tree.parts.map(withoutNearness) } : tree;
}

const isAllowance = ({ sign, parts }) =>
  sign === "*" && parts[0].type === "number" && parts[0].value < NEAREST_SHARE;

/** A formula's own numbers as they are meant: 0.500000000001 is 0.5. */
export function constantText(value) {
  const rounded = Math.round(value * 1e6) / 1e6;
  const meant = value && rounded === 0 && value > NEAREST_SHARE ? value : rounded;
  const isMeant = Math.abs(meant - value) < NEAREST_SHARE;
  return String(isMeant ? meant : value).replaceAll("-", "−");
}

export class Speller {
  #write;
  #holds;

  /**
   * @param {(place: number) => {text: string}[][]} write what a reference stands for: its cells
   *   written one by one, or its name alone
   * @param {((tree: object) => boolean) | null} holds tells whether a condition holds; null where
   *   numbers are not known, and both sides of it are written
   */
  constructor(write, holds = null) {
    this.#write = write;
    this.#holds = holds;
  }

  /** Return a tree's text in parts. */
  spell(tree) {
    return this.#spelt(tree).parts;
  }

  /** Return a tree's text in parts as one of the addends of a sum. */
  spellAddend(tree) {
    return this.#within(tree, "sum", true);
  }

  #spelt(tree) {
    if (tree.type === "number") return atom([{ text: constantText(tree.value) }]);
    if (tree.type === "text") return atom([{ text: tree.value || "nothing" }]);
    if (tree.type === "reference") return this.#reference(tree.place);
    if (tree.type === "negation") {
      return { parts: [{ text: "−" }, ...this.#within(tree.parts[0], "power")], binds: "sum" };
    }
    if (tree.type === "operation") return this.#operation(tree);
    if (tree.type === "call") return this.#call(tree);
    return atom([{ text: "…" }]);
  }

  #reference(place) {
    const cells = this.#write(place);
    return atom(
      cells.length === 1 ? cells[0] : [{ text: "(" }, ...joinedBy(cells, ", "), { text: ")" }],
    );
  }

  #operation({ sign, parts: [left, right] }) {
    if (COMPARISONS[sign]) {
      const parts = [left, right].map((side) => bare(this.#within(side, "sum")));
      return { parts: joinedBy(parts, ` ${COMPARISONS[sign]} `), binds: "choice" };
    }
    const level = LEVEL_OF[sign] ?? "sum";
    if (sign === "*" && isSameCell(left, right)) {
      return { parts: [...this.#within(left, "atom"), { text: "²" }], binds: "power" };
    }
    const first = this.#within(left, level, sign === "^");
    const second = this.#within(right, level, sign !== "+");
    const text = sign === "*" && !this.#holds ? " × " : SIGN_TEXTS[sign];
    return { parts: joinedBy([first, second], text), binds: level };
  }

  #call({ name, parts }) {
    if (name === "IF") return this.#choice(parts);
    if (WRAPPERS[name]) return this.#around(WRAPPERS[name], parts[0]);
    if (JOINED[name]) return this.#joined(name, parts);
    if (name === "SUMPRODUCT" && parts.length === 2) return this.#products(parts);
    if (name === "MATCH") return this.#among("the place of the first ", parts[0], parts[1]);
    if (name === "INDEX") return this.#among("number ", parts[1], parts[0]);
    return atom(this.#named(name, parts));
  }

  #choice([condition, then, otherwise]) {
    if (this.#holds) {
      return this.#spelt(this.#holds(condition) ? then : otherwise);
    }
    const parts = [
      ...this.#within(then, "sum"),
      { text: " where " },
      ...this.spell(condition),
      { text: ", else " },
      ...this.spell(otherwise),
    ];
    return { parts, binds: "choice" };
  }

  #around(form, part) {
    const [before, after] = form.split("*");
    return atom([{ text: before }, ...bare(this.spell(part)), { text: after }]);
  }

  #joined(name, trees) {
    const [before, between, after, binds] = JOINED[name];
    const cells = trees.flatMap((tree) => this.#cellsOf(tree));
    const isOfNames = !this.#holds && cells.length === 1 && trees[0].type === "reference";
    if (isOfNames) return atom([{ text: `${NAMES_OF[name]} ` }, ...cells[0]]);
    const inside = name === "MAX" || name === "MIN" ? cells.map(bare) : cells;
    const parts = [{ text: before }, ...joinedBy(inside, between)];
    return { parts: [...parts, { text: after.replace("#", cells.length) }], binds };
  }

  #cellsOf(tree) {
    return tree.type === "reference" ? this.#write(tree.place) : [this.spell(tree)];
  }

  #products(trees) {
    const [one, other] = trees.map((tree) => this.#cellsOf(tree));
    if (!this.#holds) {
      return {
        parts: [{ text: "the sum of " }, ...joinedBy([one[0], other[0]], " × ")],
        binds: "sum",
      };
    }
    const terms = one.map((cell, place) => [...cell, { text: "×" }, ...other[place]]);
    return { parts: joinedBy(terms, " + "), binds: "sum" };
  }

  #among(text, wanted, range) {
    const cells = joinedBy(this.#cellsOf(range), ", ");
    const parts = [{ text }, ...this.#within(wanted, "sum"), { text: " in (" }];
    return { parts: [...parts, ...cells, { text: ")" }], binds: "choice" };
  }

  /** A function that has no sign: what it says of what it reads. */
  #named(name, trees) {
    const places = trees
      .flatMap((tree) => [...nodesOf(tree)])
      .filter(({ type }) => type === "reference");
    const read = [...new Set(places.map(({ place }) => place))];
    const cells = read.map((place) => joinedBy(this.#write(place), ", "));
    return [{ text: `${NAMES_OF[name] ?? "found in"} (` }, ...joinedBy(cells, "; "), { text: ")" }];
  }

  #within(tree, level, also = false) {
    const { parts, binds } = this.#spelt(tree);
    return BINDING[binds] >= BINDING[level] + Number(also)
      ? parts
      : [{ text: "(" }, ...parts, { text: ")" }];
  }
}

const NAMES_OF = {
  SUM: "the sum of",
  SUMSQ: "the sum of squares of",
  AVERAGE: "the mean of",
  MAX: "the largest of",
  MIN: "the smallest of",
  COUNT: "how many numbers are in",
  COUNTIF: "how many are right in",
  NPV: "a weighted sum of",
};

const atom = (parts) => ({ parts, binds: "atom" });

const isSameCell = (left, right) =>
  left.type === "reference" && right.type === "reference" && left.place === right.place;

/** Parts one after the other, with a text between them. */
export const joinedBy = (lists, text) =>
  lists.flatMap((parts, place) => (place ? [{ text }, ...parts] : parts));

/** A single number without the parentheses that it needs elsewhere. */
const bare = (parts) =>
  parts.length === 1 && /^\(−[^()]*\)$/.test(parts[0].text)
    ? [{ ...parts[0], text: parts[0].text.slice(1, -1) }]
    : parts;
