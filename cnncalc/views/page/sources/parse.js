/**
 * Reads a formula's template, such as `SUMPRODUCT({0},{1})`, as a tree.
 *
 * A node has a `type`: number, text (both with a `value`), reference (by its `place` among the
 * template's), array (`rows`), negation, operation (with a `sign`) or call (with a `name`); the
 * last three have `parts`.
 */

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:E[+-]?\d+)?|\.\d+(?:E[+-]?\d+)?)|"((?:[^"]|"")*)"|\{(\d+)\}|([A-Z][A-Z0-9.]*)|(<>|<=|>=|\{\{|\}\}|[-+*/^&=<>(),;]))/y;
const KINDS = ["number", "text", "reference", "name", "sign"];

// What binds more strongly comes later; a sign of its own binds more strongly than all of them.
const PRECEDENCE = [["=", "<>", "<", ">", "<=", ">="], ["&"], ["+", "-"], ["*", "/"], ["^"]];

/**
 * Read a template.
 *
 * @param {string} template a formula without its equals sign; `{0}` stands for a reference
 * @returns {object} its tree
 */
export function parseTemplate(template) {
  const tokens = tokensOf(template);
  let at = 0;

  const fail = (expected) => {
    throw new SyntaxError(`expected ${expected} in the formula ${template}`);
  };
  const take = () => tokens[at++] ?? fail("more");
  const isSign = (...signs) => tokens[at]?.kind === "sign" && signs.includes(tokens[at].text);
  const expect = (sign) => (isSign(sign) ? take() : fail(sign));

  const expression = (level = 0) => {
    if (level === PRECEDENCE.length) return signed();
    let tree = expression(level + 1);
    while (isSign(...PRECEDENCE[level])) {
      tree = { type: "operation", sign: take().text, parts: [tree, expression(level + 1)] };
    }
    return tree;
  };

  const signed = () => {
    if (!isSign("-")) return atom();
    take();
    return { type: "negation", parts: [signed()] };
  };

  const atom = () => {
    const { kind, text } = take();
    if (kind === "number") return { type: kind, value: Number(text) };
    if (kind === "text") return { type: kind, value: text.replaceAll('""', '"') };
    if (kind === "reference") return { type: kind, place: Number(text) };
    if (kind === "name") return { type: "call", name: text, parts: parts() };
    if (text === "{{") return { type: "array", rows: rows() };
    if (text !== "(") fail("a number");
    const inner = expression();
    expect(")");
    return inner;
  };

  const parts = () => {
    expect("(");
    const found = [];
    while (!isSign(")")) {
      if (found.length) expect(",");
      found.push(expression());
    }
    take();
    return found;
  };

  const rows = () => {
    const found = [[]];
    for (let token = take(); token.text !== "}}"; token = take()) {
      if (token.kind === "number") found.at(-1).push(Number(token.text));
      else if (token.text === ";") found.push([]);
      else if (token.text !== ",") fail("a number of an array");
    }
    return found;
  };

  const tree = expression();
  return at < tokens.length ? fail("the end") : tree;
}

function tokensOf(template) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < template.length) {
    const rest = template.slice(TOKEN.lastIndex, TOKEN.lastIndex + 20);
    const match = TOKEN.exec(template);
    if (!match) throw new SyntaxError(`a formula can't be read from ${rest}`);
    const kind = match.findIndex((part, place) => place > 0 && part !== undefined);
    found.push({ kind: KINDS[kind - 1], text: match[kind] });
  }
  return found;
}

/** Yield a tree's node and all nodes within it; a call that `enters` refuses stays closed. */
export function* nodesOf(tree, enters = () => true) {
  yield tree;
  for (const part of enters(tree) ? (tree.parts ?? []) : []) yield* nodesOf(part, enters);
}
