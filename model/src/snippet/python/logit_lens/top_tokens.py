tables = []
for entry, at in zip(entries, logits):
    for position, one in enumerate(at):
        table = top(one, TOP_K)
        table.insert(0, "position", position)
        table.insert(0, "entry", entry)
        tables.append(table)
values = pd.concat(tables)
