axes = ["pair", "layer", "head" if SITE in HEAD_SITES else "position"]
axes += ["position"] if cells.ndim == 4 else []
values = cells
