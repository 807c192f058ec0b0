/**
 * Reads a formula's template, such as `SUMPRODUCT({0},{1})`, as a tree.
 *
 * A node has a `type`: number, text, reference (by its `place` among the template's), array,
 * negation, operation (`sign`, `left`, `right`) or call (`name`, `parts`).
 */

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:E[+-]?\d+)?|\.\d+(?:E[+-]?\d+)?)|"((?:[^"]|"")*)"|(\{\{)|(\}\})|\{(\d+)\}|([A-Z][A-Z0-9.]*)|(<>|<=|>=|[-+*/^&=<>(),;]))/y;
const KINDS = ["number", "text", "opening", "closing", "reference", "name", "sign"];

// What binds more strongly comes later; a sign of its own binds more strongly than all of them.
const PRECEDENCE = [["=", "<>", "<", ">", "<=", ">="], ["&"], ["+", "-"], ["*", "/"], ["^"]];

/**
 * Read a template.
 *
 * @param {string} template a formula without its equals sign; `{0}` stands for a reference
 * @returns {object} its tree
 */
export function parseTemplate(template) {
  const parser = new Parser(tokens(template), template);
  const tree = parser.expression(0);
  parser.end();
  return tree;
}

function tokens(template) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < template.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(template);
    if (!match)
      throw new SyntaxError(`a formula can't be read from ${template.slice(at, at + 20)}`);
    const kind = match.slice(1).findIndex((part) => part !== undefined);
    found.push({ kind: KINDS[kind], text: match[kind + 1] });
  }
  return found;
}

class Parser {
  #tokens;
  #template;
  #at = 0;

  constructor(found, template) {
    this.#tokens = found;
    this.#template = template;
  }

  end() {
    if (this.#at < this.#tokens.length) this.#fail("the end");
  }

  expression(level) {
    if (level === PRECEDENCE.length) return this.#signed();
    let left = this.expression(level + 1);
    while (this.#isSign(...PRECEDENCE[level])) {
      const sign = this.#take().text;
      left = { type: "operation", sign, left, right: this.expression(level + 1) };
    }
    return left;
  }

  #signed() {
    if (this.#isSign("-")) {
      this.#take();
      return { type: "negation", part: this.#signed() };
    }
    return this.#atom();
  }

  #atom() {
    const { kind, text } = this.#take();
    if (kind === "number") return { type: "number", value: Number(text) };
    if (kind === "text") return { type: "text", value: text.replaceAll('""', '"') };
    if (kind === "reference") return { type: "reference", place: Number(text) };
    if (kind === "opening") return this.#array();
    if (kind === "name") return { type: "call", name: text, parts: this.#parts() };
    if (text !== "(") this.#fail("a number");
    const inner = this.expression(0);
    this.#expect(")");
    return inner;
  }

  #parts() {
    this.#expect("(");
    const parts = [];
    while (!this.#isSign(")")) {
      if (parts.length) this.#expect(",");
      parts.push(this.expression(0));
    }
    this.#take();
    return parts;
  }

  #array() {
    const rows = [[]];
    for (;;) {
      const { kind, text } = this.#take();
      if (kind === "closing") return { type: "array", rows };
      if (kind === "number") rows.at(-1).push(Number(text));
      else if (text === ";") rows.push([]);
      else if (text !== ",") this.#fail("a number of an array");
    }
  }

  #isSign(...signs) {
    const token = this.#tokens[this.#at];
    return token?.kind === "sign" && signs.includes(token.text);
  }

  #take() {
    const token = this.#tokens[this.#at];
    if (!token) this.#fail("more");
    this.#at += 1;
    return token;
  }

  #expect(sign) {
    if (!this.#isSign(sign)) this.#fail(sign);
    this.#take();
  }

  #fail(expected) {
    throw new SyntaxError(`expected ${expected} in the formula ${this.#template}`);
  }
}

/** Yield a tree's node and all nodes within it. */
export function* nodesOf(tree) {
  yield tree;
  for (const part of [tree.left, tree.right, tree.part, ...(tree.parts ?? [])]) {
    if (part) yield* nodesOf(part);
  }
}
