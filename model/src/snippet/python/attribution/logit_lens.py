rows = []
for prompt in PROMPTS:
    row, labels = lens(run(prompt)[1], prompt)
    rows.append(row)
values = averages(rows, labels)
