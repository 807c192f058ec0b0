"""A calculation as a page: one file of HTML that calculates as the workbook does, in a browser."""
