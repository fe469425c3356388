values = steps
