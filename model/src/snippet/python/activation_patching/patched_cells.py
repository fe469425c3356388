cells, labels = cells_of(patched, SITE)
