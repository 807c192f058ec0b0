"""Figures: a calculation drawn once, as shapes, and written as SVG, PDF or pixels."""
