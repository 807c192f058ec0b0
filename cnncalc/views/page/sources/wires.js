// Lines from a card to those that take its result, where they don't stand side by side: to the first
// card of a branch, and over the cards that a skip leaves out.

import { makeSvg } from "./elements.js";

// Where a line leaves and enters a card, below its top; what it goes above one, and how far from it
// it goes down: several lines beside each other, but not on a card's own sign.
const ENTRY = 30;
const ABOVE = [7, 11, 15];
const BESIDE = [5, 22, 25];
const ROUND = 5;
const INSIDE = 28;

/** The lines of a board. */
export class Wires {
  constructor(board) {
    this.board = board;
    this.observer = new ResizeObserver(() => this.redraw());
    this.drawings = [];
  }

  /** Draw the lines between the cards that stand on the board now, and again where sizes change. */
  draw() {
    this.observer.disconnect();
    this.drawings = [...Map.groupBy(this.board.cards, ({ element }) => element.closest(".lanes"))]
      .map(([lanes, cards]) => ({ lanes, wires: wiresOf(cards, this.board.store.flow) }))
      .filter(({ wires }) => wires.length);
    for (const drawing of this.drawings) {
      drawing.svg = makeSvg("svg.wires", { "aria-hidden": "true" });
      drawing.lanes.append(drawing.svg);
      this.observer.observe(drawing.lanes);
      for (const { from, to } of drawing.wires)
        for (const card of [from, to]) this.observer.observe(card);
    }
  }

  redraw() {
    for (const { svg, wires } of this.drawings) {
      svg.replaceChildren(...wires.map((wire) => makeSvg("path", { d: pathOf(wire) })));
    }
  }
}

/** Whether a card takes the result of the one before it in its lane. */
export function followsOn({ columns }, card, before) {
  return !before || columns[card.column].takes.includes(before.column);
}

/** All lines: of the way there, from each card that isn't the one before. */
function wiresOf(cards, { columns, lanes }) {
  const forward = cards.filter(({ lane }) => lanes[lane].direction === "forward");
  const partOf = ({ lane }) => `${lanes[lane].step} ${lanes[lane].sample}`;
  const takers = [];
  return forward.flatMap((card, at) => {
    const before = forward[at - 1]?.lane === card.lane ? forward[at - 1] : null;
    const taken = columns[card.column].takes
      .map((column) => forward.find((one) => one.column === column && partOf(one) === partOf(card)))
      .filter((from) => from && from !== before);
    if (taken.length) takers.push(card);
    const turn = takers.length - 1;
    return taken.map((from) => ({
      ...{ from: from.element, to: card.element, turn },
      isSkip: from.lane === card.lane,
    }));
  });
}

/** The path of a line, its corners round, with an arrow's head. */
function pathOf({ from, to, isSkip, turn }) {
  return isSkip ? skipPath(edges(from), edges(to), turn) : branchPath(edges(from), edges(to), turn);
}

const edges = ({ offsetLeft, offsetTop, offsetWidth }) => ({
  left: offsetLeft,
  right: offsetLeft + offsetWidth,
  top: offsetTop,
});

/** Above the cards: up, along, down. */
function skipPath(from, to, turn) {
  const y = from.top - ABOVE[turn % ABOVE.length];
  const [start, end] = [from.right - INSIDE, to.left + INSIDE];
  return (
    `M${start} ${from.top}V${y + ROUND}q0 ${-ROUND} ${ROUND} ${-ROUND}H${end - ROUND}` +
    `q${ROUND} 0 ${ROUND} ${ROUND}V${to.top}m-4 -4l4 4l4 -4`
  );
}

/** Beside the cards: out, down, along. */
function branchPath(from, to, turn) {
  const x = from.right + BESIDE[turn % BESIDE.length];
  const y = to.top + ENTRY;
  return (
    `M${from.right} ${from.top + ENTRY}H${x - ROUND}q${ROUND} 0 ${ROUND} ${ROUND}` +
    `V${y - ROUND}q0 ${ROUND} ${ROUND} ${ROUND}H${to.left}m-4 -4l4 4l-4 4`
  );
}
