cells, labels = cells_of(attributed, SITE)
