values = averages(cells, rows)
