/**
 * Formulas as people write them, in parts of text, each with the region that it stands for.
 *
 * A part is `{text}`, with `region`, the place of a reference, where it has one.
 */

import { abs, round } from "./geometry.js";
import { nodesOf } from "./parse.js";

// How strongly what is written holds together: what holds less than it must is put in parentheses.
const [CHOICE, SUM, PRODUCT, POWER, ATOM] = [0, 1, 2, 3, 4];

// Of a sign: its text, how the whole binds, and how its left and right side must bind at least.
const SIGN_FORMS = {
  "+": [" + ", SUM, SUM, SUM],
  "-": [" − ", SUM, SUM, PRODUCT],
  "*": ["×", PRODUCT, PRODUCT, POWER],
  "/": [" / ", PRODUCT, PRODUCT, POWER],
  "^": ["^", POWER, ATOM, ATOM],
};
const COMPARISONS = { "<>": "≠", "<=": "≤", ">=": "≥" };

// Of a function: what stands before, between and after its numbers (`#` is how many there are), how
// the whole binds, and what it says of a range that is named.
const CALL_FORMS = {
  LN: ["ln(", "", ")"],
  TANH: ["tanh(", "", ")"],
  SQRT: ["√(", "", ")"],
  ABS: ["|", "", "|"],
  INT: ["⌊", "", "⌋"],
  EXP: ["e^(", "", ")"],
  SUM: ["", " + ", "", SUM, "the sum of "],
  SUMSQ: ["", "² + ", "²", SUM, "the sum of squares of "],
  AVERAGE: ["(", " + ", ") / #", PRODUCT, "the mean of "],
  MAX: ["max(", ", ", ")", ATOM, "the largest of "],
  MIN: ["min(", ", ", ")", ATOM, "the smallest of "],
};

// What a function without such a form says of all that it reads.
const WORDS = {
  COUNT: "how many numbers are in",
  COUNTIF: "how many are right in",
  NPV: "a weighted sum of",
};

// What is asked of many cells one by one.
const SEARCHES = { MIN: "the place of the first ≥ ", SUM: "how many are ≥ " };
const [MOST_SEARCHED, MOST_NAMED] = [24, 4];

/** Nearer than this to a place on the number line a number counts as there. */
const NEAREST_SHARE = 1e-11;

/**
 * Leave out what only rounding needs: a number within 1e-12 of the largest counts as the largest.
 *
 * @param {object} tree a formula's
 * @returns {object} the tree without such allowances
 */
export function withoutNearness(tree) {
  if (!tree.parts) return tree;
  const [left, right] = tree.parts;
  if (tree.sign === "-" && right.sign === "*" && right.parts[0].value < NEAREST_SHARE) return left;
  return { ...tree, parts: tree.parts.map(withoutNearness) };
}

/**
 * Tell what a search of many cells, one by one, compares: of each that it is at least some number.
 *
 * @param {object} tree a formula's, such as MIN(IF({0}>={2},1,3),IF({1}>={2},2,3))
 * @returns {object[] | null} the comparisons; null where the formula is no search
 */
export function searchOf({ name, parts }) {
  const found = SEARCHES[name] ? parts.map(comparisonOf) : [];
  return found.length > 0 && found.every(Boolean) ? found : null;
}

/** What an IF asks of a cell; padding is left out before. */
function comparisonOf({ name, parts }) {
  if (name !== "IF") return null;
  const [condition, then] = parts;
  if (condition.name === "ISNUMBER") return comparisonOf(then);
  return condition.sign === ">=" ? condition : null;
}

/** A formula's own numbers as they are meant: 0.500000000001 is 0.5. */
function constantText(value) {
  const rounded = round(value * 1e6) / 1e6;
  const meant = value && rounded === 0 && value > NEAREST_SHARE ? value : rounded;
  const isMeant = abs(meant - value) < NEAREST_SHARE;
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

  /**
   * Return a tree's text in parts, in parentheses where it must bind more strongly than `least`.
   * What is asked of many cells is told in words: where a window's largest number stands first.
   */
  spell(tree, least = CHOICE) {
    const asked = searchOf(tree);
    return asked ? joined(this.#search(tree.name, asked)) : this.#within(tree, least);
  }

  #search(name, asked) {
    const cells = asked.flatMap(({ parts: [cell] }) => this.#cellsOf(cell));
    const most = this.#holds ? MOST_SEARCHED : MOST_NAMED;
    const shown = cells.length > most ? [...cells.slice(0, most - 1), "…", cells.at(-1)] : cells;
    const [bound] = this.#cellsOf(asked[0].parts[1]);
    return [SEARCHES[name], bound, " in (", joinedBy(shown, ", "), ")"];
  }

  /** Return a tree's text as one of the addends of a sum. */
  spellAddend(tree) {
    return this.spell(tree, PRODUCT);
  }

  /** How strongly a tree's text binds, and its pieces. */
  #spelt({ type, value, place, sign, name, parts }) {
    if (type === "number") return [ATOM, constantText(value)];
    if (type === "text") return [ATOM, value || "nothing"];
    if (type === "reference") return [ATOM, ...this.#reference(place)];
    if (type === "negation") return [SUM, "−", this.#within(parts[0], POWER)];
    if (type === "operation") return this.#operation(sign, parts);
    if (name === "IF") return this.#choice(parts);
    if (CALL_FORMS[name]) return this.#call(CALL_FORMS[name], parts);
    if (name === "SUMPRODUCT") return this.#products(parts);
    if (name === "MATCH") return this.#among("the place of the first ", ...parts);
    if (name === "INDEX" && parts[1].name === "MATCH") {
      const read = !this.#holds && joined([" (", this.#allRead(parts), ")"]);
      return [ATOM, "the class of the largest output", read];
    }
    if (name === "INDEX") return this.#among("number ", parts[1], parts[0]);
    return [ATOM, `${WORDS[name] ?? "found in"} (`, this.#allRead(parts), ")"];
  }

  #reference(place) {
    const cells = this.#write(place);
    return cells.length === 1 ? cells : ["(", joinedBy(cells, ", "), ")"];
  }

  #operation(sign, parts) {
    const [left, right] = parts;
    const isSquare = sign === "*" && left.type === "reference" && left.place === right.place;
    if (isSquare) return [POWER, this.#within(left, ATOM), "²"];
    const comparison = [` ${COMPARISONS[sign] ?? sign} `, CHOICE, SUM, SUM];
    const [text, binds, ...least] = SIGN_FORMS[sign] ?? comparison;
    const sides = parts.map((part, side) => this.#within(part, least[side]));
    const [one, other] = binds === CHOICE ? sides.map(bare) : sides;
    return [binds, one, sign === "*" && !this.#holds ? " × " : text, other];
  }

  #choice([condition, then, otherwise]) {
    if (this.#holds) return this.#spelt(this.#holds(condition) ? then : otherwise);
    const [first, asked, second] = [then, condition, otherwise].map((part) => this.#within(part));
    return [CHOICE, first, " where ", asked, ", else ", second];
  }

  #call([before, between, after, binds = ATOM, words = ""], parts) {
    const cells = parts.flatMap((part) => this.#cellsOf(part));
    const isNamed = words && !this.#holds && cells.length === 1 && parts[0].type === "reference";
    if (isNamed) return [ATOM, words, cells[0]];
    const inside = joinedBy(binds === ATOM ? cells.map(bare) : cells, between);
    return [binds, before, inside, after.replace("#", cells.length)];
  }

  #cellsOf(tree) {
    return tree.type === "reference" ? this.#write(tree.place) : [this.#within(tree)];
  }

  #products(trees) {
    const [one, other] = trees.map((tree) => this.#cellsOf(tree));
    if (!this.#holds) return [SUM, "the sum of ", one[0], " × ", other[0]];
    return [
      SUM,
      joinedBy(
        one.map((cell, place) => joined([cell, "×", other[place]])),
        " + ",
      ),
    ];
  }

  #among(text, wanted, range) {
    const cells = joinedBy(this.#cellsOf(range), ", ");
    return [CHOICE, text, this.#within(wanted, SUM), " in (", cells, ")"];
  }

  #allRead(trees) {
    const nodes = trees.flatMap((tree) => [...nodesOf(tree)]);
    const places = nodes.flatMap(({ place }) => place ?? []);
    const read = [...new Set(places)].map((place) => joinedBy(this.#write(place), ", "));
    return joinedBy(read, "; ");
  }

  #within(tree, least = CHOICE) {
    const [binds, ...pieces] = this.#spelt(tree);
    return joined(binds < least ? ["(", ...pieces, ")"] : pieces);
  }
}

/** Pieces, which are texts and lists of parts, as one list of parts. */
const joined = (pieces) =>
  pieces.filter(Boolean).flatMap((piece) => (typeof piece === "string" ? { text: piece } : piece));

/** Parts one after the other, with a text between them. */
export const joinedBy = (lists, text) =>
  joined(lists.flatMap((parts, place) => (place ? [text, parts] : [parts])));

/** A single number without the parentheses that it needs elsewhere. */
const bare = (parts) =>
  parts.length === 1 && /^\(−[^()]*\)$/.test(parts[0].text)
    ? [{ ...parts[0], text: parts[0].text.slice(1, -1) }]
    : parts;
