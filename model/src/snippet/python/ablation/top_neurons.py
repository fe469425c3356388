unchanged = scaled(ends[:, 0], *ends.T).mean()
values = pd.DataFrame({"ablated": cells.mean(0), "change": cells.mean(0) - unchanged})
values.insert(0, "neuron", rows)
values = values.sort_values("change", key=abs, ascending=False)[:20]
