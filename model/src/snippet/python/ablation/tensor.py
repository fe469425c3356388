axes = ["layer", "head", "position"]
values = cells.mean(0)
