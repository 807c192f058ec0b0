"""Where the volumes of a calculation stand: on one sheet, on a sheet each, or as in the article."""
