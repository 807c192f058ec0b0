"""Having a workbook's formulas evaluated by a spreadsheet engine, whatever values it stores."""
