"""What there is to draw of a calculation: its layers' weights and stages as volumes of cells."""
