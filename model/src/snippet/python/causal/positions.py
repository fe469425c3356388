def position_labels():
    """What the columns are called: the token, where all prompts have the same one there, or the position's number."""
    tokens = np.array([ids_of(prompt["text"]) for prompt in PROMPTS])
    same = (tokens == tokens[0]).all(0)
    return [word(tokens[0, i]) if same[i] else str(i) for i in range(tokens.shape[1])]
