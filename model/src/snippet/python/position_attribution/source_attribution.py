values = pd.DataFrame({"attribution": np.nansum(cells.to_numpy(), 0)}, index=words)
