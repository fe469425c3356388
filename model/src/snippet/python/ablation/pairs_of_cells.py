axes = ["pair", "layer", *(["head"] if SITE == "z" else []), *(["position"] if BY_POSITION else [])]
values = cells
