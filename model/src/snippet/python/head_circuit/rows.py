def rows(circuit, count=1024):
    """A matrix between tokens, some rows at a time: the number of the first, and they."""
    for start in range(0, circuit.ldim, count):
        yield start, circuit.A[start : start + count] @ circuit.B
