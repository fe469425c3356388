rows = []
for side, logits in zip(["clean", "ablated"], both(PROMPTS[PROMPT])):
    probabilities = logits.softmax(-1)
    likeliest = logits.argsort(descending=True, stable=True)[:TOP_K].tolist()
    rows += [(side, rank, token, logits[token].item(), probabilities[token].item()) for rank, token in enumerate(likeliest)]
columns = ["side", "rank", "token", "logit", "probability"]
values = pd.DataFrame(rows, columns=columns, index=[row[2] for row in rows])
values["token"] = [word(token) for token in values.index]
