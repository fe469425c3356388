axes = ["pair", "neuron" if SITE == "neuron" else "layer", *(["head"] if SITE == "z" else [])]
axes += ["position"] if BY_POSITION else []
values = cells
