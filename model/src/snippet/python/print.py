print(values.to_string())
