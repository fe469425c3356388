def columns_of(names):
    """The columns of positions: their labels, and the positions of each prompt.

    Prompts of one length have every token: called by it, where all have the same one there, else by its number. Others
    have the names that they have in common.
    """
    lengths = {len(ids_of(prompt["text"])) for prompt in PROMPTS}
    named = [named_positions(prompt) for prompt in PROMPTS]
    if names is None and len(lengths) > 1:
        names = [name for name in named[0] if all(name in positions for positions in named)]
    if names is not None:
        return names, [[positions[name] for name in names] for positions in named]
    tokens = np.array([ids_of(prompt["text"]) for prompt in PROMPTS])
    same = (tokens == tokens[0]).all(0)
    labels = [word(tokens[0, i]) if same[i] else str(i) for i in range(tokens.shape[1])]
    return labels, [list(range(len(labels)))] * len(PROMPTS)
