axes = ["pair", "layer", "head"]
values = cells
