axes = ["pair", "layer", "head" if SITE in ("z", "q", "k", "v", "pattern") else "position"]
axes += ["position"] if cells.ndim == 4 else []
values = cells
