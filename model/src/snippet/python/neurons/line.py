values = averages(rows, labels)
