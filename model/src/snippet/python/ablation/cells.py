def cells_of(i):
    if BY_POSITION:
        positions = range(len(labels))
        if SITE == "z":
            return [[[ablated(i, l, h, p) for p in positions] for h in heads] for l in layers]
        return [[ablated(i, l, None, p) for p in positions] for l in layers]
    if SITE == "z":
        return [[ablated(i, l, h) for h in heads] for l in layers]
    return [ablated(i, l) for l in layers]


labels = columns_of(None)[0] if BY_POSITION else []
cells = scaled([cells_of(i) for i in range(len(PROMPTS))], *ends.T)
rows = [f"L{l}" if SITE == "z" else f"{l}_{SITE}" for l in layers]
