values = averages(cells, [f"L{l}" for l in layers])
