columns = [f"H{h}" for h in heads] if SITE == "z" else labels
values = pd.DataFrame(cells.mean(0), index=rows, columns=columns)
