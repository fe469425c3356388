"""Writes the prompt files of this folder with Python's own writers, pandas' way: what hooklens reads must be what others
write. Needs pyarrow; run it in this folder."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = [
    {"text": "The film was warm, and \"the plot\" felt", "answer": " great", "distractor": " awful", "group": "a", "year": 1999},
    {"text": "A dull, slow film.\nIt felt", "answer": " awful", "distractor": " great", "group": None, "year": 2004},
    {"text": " Très slow 🎬 and", "answer": " dull", "distractor": None, "group": "a", "year": None},
]

with open("prompts.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, ROWS[0])
    writer.writeheader()
    writer.writerows(ROWS)
with open("prompts.jsonl", "w", encoding="utf-8") as file:
    for i, row in enumerate(ROWS):
        file.write(json.dumps(row, ensure_ascii=i == 0) + "\n")
table = pa.Table.from_pylist(ROWS)
for compression in ("snappy", "zstd", "none"):
    pq.write_table(table, f"prompts-{compression}.parquet", compression=compression)
pq.write_table(table.rename_columns(["prompt", "a", "b", "c", "d"]), "other-columns.parquet")
pq.write_table(pa.table({"text": [1, 2]}), "numbers.parquet")
