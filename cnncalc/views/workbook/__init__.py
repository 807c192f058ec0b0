"""Excel workbooks whose live formulas do a calculation again."""
