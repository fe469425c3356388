# the largest first, of two conjugates the upper one
eigenvalues = sorted(ov_tokens.eigenvalues.tolist(), key=lambda value: (-abs(value), -value.imag))
columns = {"real": [value.real for value in eigenvalues], "imaginary": [value.imag for value in eigenvalues]}
values = pd.DataFrame(columns, index=[str(i) for i in range(len(eigenvalues))])
