rows = []
for prompt in PROMPTS:
    row, labels = layer_parts(run(prompt)[1], prompt)
    rows.append(row)
values = averages(rows, labels)
