values = cells
