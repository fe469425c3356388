def text_of(tokens):
    """Tokens as one text; an id without a string (vocabularies are padded) as [id]."""
    known = itertools.groupby(tokens, lambda token: tokenizer.convert_ids_to_tokens(token) is not None)
    decode = lambda some: tokenizer.decode(some, clean_up_tokenization_spaces=False)
    return "".join(decode(list(some)) if is_known else "".join(map(word, some)) for is_known, some in known)


ids = ids_of(PROMPTS[PROMPT]["text"])
runs = {"original": [], "changed": changes(PROMPTS[PROMPT])} if CHANGED else {"original": []}
texts = [text_of(continued(ids, hooks)) for hooks in runs.values()]
values = pd.DataFrame({"run": list(runs), "text": texts})
