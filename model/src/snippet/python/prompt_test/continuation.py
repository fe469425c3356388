# as transformer_lens.utils.test_prompt reads an answer: with a space in front, and each of its tokens given those before
text = PROMPTS[PROMPT][ROLE]
tokens = tokenizer.encode(text if text.startswith(" ") else " " + text, add_special_tokens=False)
continued = ids_of(PROMPTS[PROMPT]["text"]) + tokens[:-1]
logits = model(torch.tensor([continued]))[0, -len(tokens) :]
probabilities = logits.softmax(-1)
steps = pd.DataFrame(
    {
        "token": [word(token) for token in tokens],
        "rank": [rank(at, token).item() for at, token in zip(logits, tokens)],
        "logit": [at[token].item() for at, token in zip(logits, tokens)],
        "probability": [at[token].item() for at, token in zip(probabilities, tokens)],
    },
    index=tokens,
)
