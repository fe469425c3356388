effects = [effect(prompt) for prompt in PROMPTS]
values = pd.DataFrame(effects, columns=["clean", "ablated"], index=[str(i) for i in range(len(PROMPTS))])
