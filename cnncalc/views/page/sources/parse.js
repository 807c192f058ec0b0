/**
 * Reads a formula's template, such as `SUMPRODUCT({0},{1})`, as a tree.
 *
 * A node has a `type`: number, text (both with a `value`), reference (by its `place` among the
 * template's), negation, operation (with a `sign`) or call (with a `name`); the last three have
 * `parts`.
 */

// A text, a reference, a sign of two, a name, a number; anything else is a sign.
const TOKEN = /"(?:[^"]|"")*"|\{\d+\}|<=|>=|[A-Z][A-Z0-9.]*|\d+\.?\d*|\S/g;

// What binds more strongly comes later; a sign of its own binds more strongly than all of them.
const PRECEDENCE = [["=", "<", ">", "<=", ">="], ["+", "-"], ["*", "/"], ["^"]];

/**
 * Read a template.
 *
 * @param {string} template a formula without its equals sign; `{0}` stands for a reference
 * @returns {object} its tree
 */
export function parseTemplate(template) {
  const tokens = template.match(TOKEN) ?? [];
  const fail = (expected) => {
    throw new SyntaxError(`expected ${expected} in the formula ${template}`);
  };
  const take = () => tokens.shift() ?? fail("more");
  const expect = (sign) => (tokens[0] === sign ? take() : fail(sign));

  const expression = (level = 0) => {
    if (level === PRECEDENCE.length) return signed();
    let tree = expression(level + 1);
    while (PRECEDENCE[level].includes(tokens[0])) {
      tree = { type: "operation", sign: take(), parts: [tree, expression(level + 1)] };
    }
    return tree;
  };

  const signed = () => {
    if (tokens[0] !== "-") return atom(take());
    take();
    return { type: "negation", parts: [signed()] };
  };

  const atom = (token) => {
    if (/^\d/.test(token)) return { type: "number", value: Number(token) };
    if (/^".*"$/.test(token)) {
      return { type: "text", value: token.slice(1, -1).replaceAll('""', '"') };
    }
    if (/^\{\d/.test(token)) return { type: "reference", place: Number(token.slice(1, -1)) };
    if (/^[A-Z]/.test(token)) return { type: "call", name: token, parts: parts() };
    if (token !== "(") fail("a number");
    const inner = expression();
    expect(")");
    return inner;
  };

  const parts = () => {
    expect("(");
    const found = [expression()];
    while (tokens[0] === ",") {
      take();
      found.push(expression());
    }
    expect(")");
    return found;
  };

  const tree = expression();
  return tokens.length ? fail("the end") : tree;
}

/** Yield a tree's node and all nodes within it. */
export function* nodesOf(tree) {
  yield tree;
  for (const part of tree.parts ?? []) yield* nodesOf(part);
}
