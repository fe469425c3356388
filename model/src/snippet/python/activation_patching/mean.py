values = pd.DataFrame(cells.mean(0), index=layers, columns=heads if of_head else labels)
