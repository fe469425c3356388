logits, _ = run(PROMPTS[PROMPT])
values = top(logits, TOP_K)
