values = pd.DataFrame({"attribution": biases}, index=[f"{layer}_b_O" for layer in layers])
