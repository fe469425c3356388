-- Finished runs, immutable: a row is written once, whole, and never changed.
CREATE TABLE results (
    id TEXT PRIMARY KEY,            -- hash of the experiment's content
    experiment TEXT NOT NULL,       -- wire::Experiment as JSON, sets expanded
    model TEXT NOT NULL,            -- wire::ModelInfo as JSON
    events BLOB NOT NULL,           -- wire::Event, one JSON object a line, compressed by zstd
    stored_at INTEGER NOT NULL      -- seconds since 1970
) STRICT, WITHOUT ROWID;
