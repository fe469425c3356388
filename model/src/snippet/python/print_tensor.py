print(dict(zip(axes, values.shape)))
print(values)
