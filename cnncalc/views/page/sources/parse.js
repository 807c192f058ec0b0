/**
 * Reads a formula's template, such as `SUMPRODUCT({0},{1})`, as a tree.
 *
 * A node has a `type`: number, text (both with a `value`), reference (by its `place` among the
 * template's), array (`rows`), negation, operation (with a `sign`) or call (with a `name`); the
 * last three have `parts`.
 */

// A text, an array's ends, a reference, a sign of two, a name, a number; anything else is a sign.
const TOKEN =
  /"(?:[^"]|"")*"|\{\{|\}\}|\{\d+\}|<>|<=|>=|[A-Z][A-Z0-9.]*|(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?|\S/g;

// What binds more strongly comes later; a sign of its own binds more strongly than all of them.
const PRECEDENCE = [["=", "<>", "<", ">", "<=", ">="], ["&"], ["+", "-"], ["*", "/"], ["^"]];

/**
 * Read a template.
 *
 * @param {string} template a formula without its equals sign; `{0}` stands for a reference
 * @returns {object} its tree
 */
export function parseTemplate(template) {
  const tokens = template.match(TOKEN) ?? [];
  let at = 0;

  const fail = (expected) => {
    throw new SyntaxError(`expected ${expected} in the formula ${template}`);
  };
  const take = () => {
    at += 1;
    return tokens[at - 1] ?? fail("more");
  };
  const expect = (sign) => (tokens[at] === sign ? take() : fail(sign));
  const isNumber = (token) => /^\.?\d/.test(token);

  const expression = (level = 0) => {
    if (level === PRECEDENCE.length) return signed();
    let tree = expression(level + 1);
    while (PRECEDENCE[level].includes(tokens[at])) {
      tree = { type: "operation", sign: take(), parts: [tree, expression(level + 1)] };
    }
    return tree;
  };

  const signed = () => {
    if (tokens[at] !== "-") return atom(take());
    take();
    return { type: "negation", parts: [signed()] };
  };

  const atom = (token) => {
    if (isNumber(token)) return { type: "number", value: Number(token) };
    if (/^".*"$/.test(token)) {
      return { type: "text", value: token.slice(1, -1).replaceAll('""', '"') };
    }
    if (/^\{\d/.test(token)) return { type: "reference", place: Number(token.slice(1, -1)) };
    if (/^[A-Z]/.test(token)) return { type: "call", name: token, parts: parts() };
    if (token === "{{") return { type: "array", rows: rows() };
    if (token !== "(") fail("a number");
    const inner = expression();
    expect(")");
    return inner;
  };

  const parts = () => {
    const found = [];
    expect("(");
    while (tokens[at] !== ")") {
      if (found.length) expect(",");
      found.push(expression());
    }
    take();
    return found;
  };

  const rows = () => {
    const found = [[]];
    for (let token = take(); token !== "}}"; token = take()) {
      if (isNumber(token)) found.at(-1).push(Number(token));
      else if (token === ";") found.push([]);
      else if (token !== ",") fail("a number of an array");
    }
    return found;
  };

  const tree = expression();
  return at < tokens.length ? fail("the end") : tree;
}

/** Yield a tree's node and all nodes within it; a node that `enters` refuses stays closed. */
export function* nodesOf(tree, enters = () => true) {
  yield tree;
  for (const part of enters(tree) ? (tree.parts ?? []) : []) yield* nodesOf(part, enters);
}
