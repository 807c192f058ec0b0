"""A training as a workbook: a dashboard, and a sheet for each step with every gradient."""
