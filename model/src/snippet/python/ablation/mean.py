values = pd.DataFrame(cells.mean(0), index=rows, columns=heads if SITE == "z" else labels)
