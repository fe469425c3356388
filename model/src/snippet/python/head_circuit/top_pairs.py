def top_pairs(circuit, first, second):
    """The largest entries; the index is the two token ids."""
    found = []
    for start, block in rows(circuit):
        largest, places = block.flatten().topk(min(TOP_K, block.numel()))
        places = [(start + place // circuit.rdim, place % circuit.rdim) for place in places.tolist()]
        found = sorted(found + list(zip(largest.tolist(), places)), key=lambda pair: (-pair[0], pair[1]))[:TOP_K]
    pairs = [pair for _, pair in found]
    columns = {
        first: [word(row) for row, _ in pairs],
        second: [word(column) for _, column in pairs],
        "value": [value for value, _ in found],
    }
    return pd.DataFrame(columns, index=pd.MultiIndex.from_tuples(pairs))
