axes = ["pair", "layer", "head" if of_head else "position"]
axes += ["position"] if cells.ndim == 4 else []
values = cells
