singular_values = ov.S.numpy()
values = pd.DataFrame({"singular_value": singular_values}, index=[str(i) for i in range(len(singular_values))])
