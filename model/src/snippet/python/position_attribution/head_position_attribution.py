axes = ["layer", "head", "source"]
values = moved
