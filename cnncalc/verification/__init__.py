"""Comparing a workbook with its calculation: its formulas, and what they evaluate to.

What should be in the cells, what is, and what an engine made of it are given as plain values:
nothing here reads a file, plans a workbook or prints.
"""
