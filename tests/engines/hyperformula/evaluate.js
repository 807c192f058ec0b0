// Has HyperFormula calculate workbooks: node evaluate.js <WORKBOOKS >VALUES
//
// Each line is a workbook, {sheet: [[row, column, content]…]}, and is answered by a
// line: [[sheet, row, column, value]…] of its formulas, an error as its text.

import { createInterface } from "node:readline";
import { HyperFormula } from "hyperformula";

const OPTIONS = { licenseKey: "gpl-v3" };

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(evaluated(JSON.parse(line)))}\n`);
}

function evaluated(sheets) {
  const rows = Object.entries(sheets).map(([name, cells]) => [name, rowsOf(cells)]);
  const engine = HyperFormula.buildFromSheets(Object.fromEntries(rows), OPTIONS);
  return Object.entries(sheets).flatMap(([name, cells]) => {
    const sheet = engine.getSheetId(name);
    return cells.filter(isFormula).map(([row, col]) => {
      const value = engine.getCellValue({ sheet, row, col });
      return [name, row, col, value?.type ? value.value : value];
    });
  });
}

/** A text begins with an apostrophe: whatever follows is no formula and no number. */
function isFormula([, , content]) {
  return typeof content === "string" && content.startsWith("=");
}

function rowsOf(cells) {
  const rows = [];
  for (const [row, column, content] of cells) {
    while (rows.length <= row) rows.push([]);
    while (rows[row].length <= column) rows[row].push(null);
    rows[row][column] = content;
  }
  return rows;
}
