axes = ["layer", "head", "position"]
values = cells.std(0, ddof=1) / len(PROMPTS) ** 0.5
