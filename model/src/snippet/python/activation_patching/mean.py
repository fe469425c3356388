columns = heads if SITE in ("z", "q", "k", "v", "pattern") else position_labels()
values = pd.DataFrame(cells.mean(0), index=layers, columns=columns)
