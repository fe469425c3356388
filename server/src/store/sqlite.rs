//! Results in an SQLite file.

use super::{Files, ResultStore, StoreError};
use anyhow::Context;
use async_trait::async_trait;
use model::wire::frame::{self, Precision};
use model::wire::{Event, Experiment, StoredResult};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::iter;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::spawn_blocking;

/// Level of zstd for the events of a run: they are mostly refinements of one another and shrink well.
const COMPRESSION: i32 = 3;

/// The embedded store: `results.sqlite` and `activations/` in the data folder.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pool: SqlitePool,
    files: Files,
}

impl SqliteStore {
    /// Opens the store in the folder `data`, making what is missing.
    pub async fn open(data: &Path) -> anyhow::Result<Self> {
        let folder =
            || format!("the data folder {} cannot be used; choose another with --data", data.display());
        let files = Files::open(data).with_context(folder)?;
        let options = SqliteConnectOptions::new()
            .filename(data.join("results.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10));
        let pool =
            SqlitePoolOptions::new().max_connections(4).connect_with(options).await.with_context(folder)?;
        sqlx::migrate!("./migrations").run(&pool).await.with_context(folder)?;
        Ok(Self { pool, files })
    }
}

#[async_trait]
impl ResultStore for SqliteStore {
    async fn contains(&self, id: &str) -> Result<bool, StoreError> {
        let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM results WHERE id = ?)");
        Ok(found.bind(id).fetch_one(&self.pool).await?)
    }

    async fn experiment(&self, id: &str) -> Result<Option<Experiment>, StoreError> {
        let query = sqlx::query_scalar::<_, String>("SELECT experiment FROM results WHERE id = ?");
        let found = query.bind(id).fetch_optional(&self.pool).await?;
        found.map(|json| from_json(&json)).transpose().map_err(|message| unreadable(id, message))
    }

    async fn get(&self, id: &str) -> Result<Option<StoredResult>, StoreError> {
        let query = sqlx::query_as::<_, (String, String, Vec<u8>)>(
            "SELECT experiment, model, events FROM results WHERE id = ?",
        );
        let Some((experiment, model, events)) = query.bind(id).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let read = move || {
            Ok(StoredResult {
                experiment: from_json(&experiment)?,
                model: from_json(&model)?,
                events: decompress(&events)?,
            })
        };
        unpanicked(spawn_blocking(read).await).map(Some).map_err(|message| unreadable(id, message))
    }

    async fn put(&self, id: &str, result: StoredResult) -> Result<(), StoreError> {
        let write =
            move || Ok((to_json(&result.experiment)?, to_json(&result.model)?, compress(&result.events)?));
        let (experiment, model, events) =
            unpanicked(spawn_blocking(write).await).map_err(|message| unreadable(id, message))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        sqlx::query(
            "INSERT INTO results (id, experiment, model, events, stored_at) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(experiment)
        .bind(model)
        .bind(events)
        .bind(now.cast_signed())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    fn files(&self) -> &Files {
        &self.files
    }
}

fn unreadable(id: &str, message: String) -> StoreError {
    StoreError::Unreadable { id: id.to_owned(), message }
}

/// The outcome of a blocking task, its panic being one more error.
fn unpanicked<T>(outcome: Result<Result<T, String>, tokio::task::JoinError>) -> Result<T, String> {
    outcome.unwrap_or_else(|panic| Err(panic.to_string()))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|e| e.to_string())
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|e| e.to_string())
}

/// Events as frames: numbers as they are, which is quicker to read back than decimals.
fn compress(events: &[Event]) -> Result<Vec<u8>, String> {
    let frames: Vec<u8> = events.iter().flat_map(|event| frame::encode(event, Precision::Single)).collect();
    zstd::encode_all(frames.as_slice(), COMPRESSION).map_err(|e| e.to_string())
}

fn decompress(bytes: &[u8]) -> Result<Vec<Event>, String> {
    let bytes = zstd::decode_all(bytes).map_err(|e| e.to_string())?;
    // before they were frames, events were JSON lines
    if bytes.starts_with(b"{") {
        let lines = str::from_utf8(&bytes).map_err(|e| e.to_string())?;
        return lines.lines().map(from_json).collect();
    }
    let mut decoder = frame::Decoder::new();
    decoder.push(&bytes);
    let events = iter::from_fn(|| decoder.next_event().transpose()).collect::<Result<_, _>>();
    let ended = decoder.finish();
    events.and_then(|events| ended.map(|()| events)).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::{EventBody, Figure, FigureData, Finished};

    fn result(elapsed_ms: f64) -> StoredResult {
        let data = FigureData::Tensor {
            axes: vec!["layer".into()],
            shape: vec![4],
            values: vec![0.1, f32::NAN, 1.0e-40, 16_777_216.0].into(),
        };
        let figure =
            Figure { name: "attention".into(), prompt: Some(2), title: "Attention\nof all".into(), data };
        let info = serde_json::json!({"name": "demo", "n_layers": 4, "n_heads": 8, "d_model": 256, "d_vocab": 2048,
            "device": "cpu", "dtype": "f32", "fingerprint": "f"});
        let experiment = serde_json::json!({"model": "demo", "prompts": [{"text": " a"}],
            "analysis": {"kind": "attribution"}});
        StoredResult {
            experiment: serde_json::from_value(experiment).unwrap(),
            model: serde_json::from_value(info).unwrap(),
            events: vec![
                Event { seq: 0, body: EventBody::Figure(figure) },
                Event { seq: 1, body: EventBody::Done(Finished { elapsed_ms }) },
            ],
        }
    }

    #[tokio::test]
    async fn a_result_outlives_the_store_and_reads_back_the_same() {
        let data = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(data.path()).await.unwrap();
        assert!(!store.contains("a").await.unwrap());
        assert_eq!(store.get("a").await.unwrap(), None);
        // a number whose shortest spelling an inexact parser reads as its neighbour
        let stored = result(9_007_199.254_740_993);
        store.put("a", stored.clone()).await.unwrap();
        drop(store);
        let reopened = SqliteStore::open(data.path()).await.unwrap();
        assert!(reopened.contains("a").await.unwrap());
        assert_eq!(reopened.experiment("a").await.unwrap().as_ref(), Some(&stored.experiment));
        assert_eq!(reopened.experiment("b").await.unwrap(), None);
        assert_eq!(reopened.get("a").await.unwrap(), Some(stored));
    }

    #[tokio::test]
    async fn events_that_were_stored_as_lines_are_still_read() {
        let events = result(1.5).events;
        let lines: String = events.iter().map(|event| to_json(event).unwrap() + "\n").collect();
        assert_eq!(decompress(&zstd::encode_all(lines.as_bytes(), 3).unwrap()).unwrap(), events);
        let frames = zstd::decode_all(compress(&events).unwrap().as_slice()).unwrap();
        let cut = zstd::encode_all(&frames[..frames.len() - 8], 3).unwrap();
        assert!(decompress(&cut).unwrap_err().contains("ended inside a frame"));
    }

    #[tokio::test]
    async fn a_result_is_never_changed() {
        let data = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(data.path()).await.unwrap();
        store.put("a", result(1.0)).await.unwrap();
        store.put("a", result(2.0)).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), Some(result(1.0)));
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_is_an_error_that_names_the_option() {
        let error = SqliteStore::open(Path::new("/dev/null/data")).await.unwrap_err();
        assert!(error.to_string().contains("--data"), "{error}");
    }
}
