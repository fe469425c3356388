values = pd.DataFrame(cells.mean(0), index=[f"L{l}" for l in layers], columns=[f"H{h}" for h in heads])
