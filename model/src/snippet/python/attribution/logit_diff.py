differences = [contrast(run(prompt)[0], prompt).item() for prompt in PROMPTS]
values = pd.DataFrame({"logit_diff": differences}, index=[str(i) for i in range(len(PROMPTS))])
