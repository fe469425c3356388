def contrast(over_vocabulary, prompt):
    """Answer minus distractor along the last axis; without a distractor, answer minus the vocabulary's mean."""

    def at(text):
        [token] = tokenizer.encode(text, add_special_tokens=False)
        return over_vocabulary[..., token]

    other = at(prompt["distractor"]) if "distractor" in prompt else over_vocabulary.mean(-1)
    return at(prompt["answer"]) - other
