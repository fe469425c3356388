//! Prompts from files, as Python's writers write them (`make.py`): by upload, and on the command line.

use crate::command_line::run;
use crate::harness::{Bench, experiment, parse};
use model::wire::EventBody;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/http/prompt_files").join(name)
}

/// What `make.py` writes into each file.
fn prompts() -> Value {
    json!([
        {"text": "The film was warm, and \"the plot\" felt", "answer": " great", "distractor": " awful", "group": "a"},
        {"text": "A dull, slow film.\nIt felt", "answer": " awful", "distractor": " great"},
        {"text": " Très slow 🎬 and", "answer": " dull", "group": "a"},
    ])
}

async fn upload(bench: &Bench, format: &str, contents: impl Into<reqwest::Body>) -> (StatusCode, Value) {
    let response = bench.post(&format!("/api/prompts?format={format}"), contents).await;
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn every_format_gives_the_same_prompts() {
    let bench = Bench::new().await;
    for (name, media_type) in [
        ("prompts.csv", "text/csv; charset=utf-8"),
        ("prompts.jsonl", "application/x-ndjson"),
        ("prompts-snappy.parquet", "application/vnd.apache.parquet"),
        ("prompts-zstd.parquet", "application/vnd.apache.parquet"),
        ("prompts-none.parquet", "application/x-parquet"),
    ] {
        let contents = fs::read(path(name)).unwrap();
        let (status, by_name) = upload(&bench, name.rsplit_once('.').unwrap().1, contents.clone()).await;
        assert_eq!(status, StatusCode::OK, "{name}: {by_name}");
        assert_eq!(by_name["prompts"], prompts(), "{name}");
        assert_eq!(by_name["problems"], json!([]), "{name}");
        let columns = by_name["columns"].as_array().unwrap();
        assert!(columns.len() == 5 && columns.contains(&json!("year")), "{name}: {columns:?}");
        let request = bench.request(Method::POST, "/api/prompts").header("content-type", media_type);
        let by_type: Value = request.body(contents).send().await.unwrap().json().await.unwrap();
        assert_eq!(by_type, by_name, "{name}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_file_without_the_columns_names_those_it_has() {
    let bench = Bench::new().await;
    let (status, error) = upload(&bench, "parquet", fs::read(path("other-columns.parquet")).unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("no column `text`") && message.contains("`prompt`, `a`, `b`"), "{message}");
    for (format, contents, words) in [
        ("csv", "prompt,answer\nx, y\n", "`prompt`, `answer`"),
        ("csv", "", "columns: none"),
        ("jsonl", "{\"prompt\": \"x\"}\n", "`prompt`"),
        ("jsonl", "prompt,answer\nx, y\n", "not JSON lines; row 1"),
        ("parquet", "PAR1 and no more", "Parquet"),
        ("parquet", "", "Parquet"),
        ("xlsx", "", "?format=csv"),
    ] {
        let (status, error) = upload(&bench, format, contents).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{format} {contents}");
        assert!(error["message"].as_str().unwrap().contains(words), "{format} {contents}: {error}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn problems_are_said_by_row_and_the_other_rows_are_read() {
    let bench = Bench::new().await;
    let csv = b"text,answer\ngood, a\n,b\nthree,fields,here\n\xff\xfe,x\nalso good,\n".to_vec();
    let jsonl =
        "{\"text\": \"good\", \"answer\": 3}\n\n{\"text\": \"good\"}\n{\"answer\": \"x\"}\nnot json\n[1]\n";
    let numbers = fs::read(path("numbers.parquet")).unwrap();
    let places = |read: &Value| -> Vec<(u64, String)> {
        let problems = read["problems"].as_array().unwrap().iter();
        problems.map(|p| (p["row"].as_u64().unwrap(), p["field"].as_str().unwrap().to_owned())).collect()
    };
    let owned = |places: &[(u64, &str)]| {
        places.iter().map(|(row, field)| (*row, (*field).to_owned())).collect::<Vec<_>>()
    };
    let (_, read) = upload(&bench, "csv", csv).await;
    assert_eq!(places(&read), owned(&[(2, "text"), (3, ""), (4, "text")]));
    assert_eq!(read["prompts"], json!([{"text": "good", "answer": " a"}, {"text": "also good"}]));
    let (_, read) = upload(&bench, "jsonl", jsonl).await;
    assert_eq!(places(&read), owned(&[(1, "answer"), (3, "text"), (4, ""), (5, "")]));
    assert_eq!(read["prompts"], json!([{"text": "good"}]));
    let (_, read) = upload(&bench, "parquet", numbers).await;
    assert_eq!(places(&read), owned(&[(1, "text"), (2, "text")]));

    let many = format!("text\n{}", "a film\n".repeat(2_049));
    let (_, read) = upload(&bench, "csv", many).await;
    assert_eq!(read["prompts"].as_array().unwrap().len(), 2_048);
    assert!(read["problems"][0]["message"].as_str().unwrap().contains("2048"), "{}", read["problems"]);
    bench.stop().await;
}

#[tokio::test]
async fn named_positions_are_read_or_refused_by_row() {
    let bench = Bench::new().await;
    let jsonl = "{\"text\": \"a b\", \"positions\": {\"S1\": 2}}\n{\"text\": \"c\", \"positions\": {\"S1\": \"2\"}}\n\
                 {\"text\": \"d\", \"positions\": [2]}\n";
    let csv = "text,positions\na b,\"{\"\"S1\"\": 2}\"\nc,S1\nd,\n";
    for (format, contents, bad) in [("jsonl", jsonl, &[2, 3][..]), ("csv", csv, &[2])] {
        let (_, read) = upload(&bench, format, contents).await;
        assert_eq!(read["prompts"][0], json!({"text": "a b", "positions": {"S1": 2}}), "{read}");
        let problems = read["problems"].as_array().unwrap();
        let rows: Vec<u64> = problems.iter().map(|problem| problem["row"].as_u64().unwrap()).collect();
        assert_eq!(rows, bad, "{read}");
        assert!(problems.iter().all(|problem| problem["field"] == "positions"), "{read}");
    }
    bench.stop().await;
}

/// Nothing of it is sent: the length alone is refused.
#[tokio::test]
async fn an_upload_of_2_gigabytes_is_refused_at_once() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let bench = Bench::new().await;
    let address = bench.address();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/prompts?format=csv HTTP/1.1\r\nhost: {address}\r\ncontent-length: 2000000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let count = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..count]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(stream);
    // one that does not say its length is cut off
    let piece = "text\n".repeat(200_000);
    let pieces = (0..80).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let (status, error) = upload(&bench, "csv", body).await;
    assert_eq!((status, &error["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
    bench.stop().await;
}

#[test]
fn the_command_line_takes_the_prompts_of_a_file() {
    let mut by_hand = experiment(1);
    by_hand["prompts"] = json!(prompts().as_array().unwrap()[..2]);
    let mut without = experiment(1);
    without.as_object_mut().unwrap().remove("prompts");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.jsonl");
    let lines: Vec<String> = by_hand["prompts"].as_array().unwrap().iter().map(Value::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    let id = |outcome: &crate::command_line::Outcome| {
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        let EventBody::Started(started) = parse(&outcome.stdout).remove(0).body else {
            panic!("not started")
        };
        started.id
    };
    let from_file = run(&without, &["--prompts", file.to_str().unwrap()]);
    assert_eq!(id(&from_file), id(&run(&by_hand, &[])));

    fs::write(&file, "{\"text\": 3}\n{\"text\": \"x\"}\n").unwrap();
    let bad = run(&without, &["--prompts", file.to_str().unwrap()]);
    assert_eq!((bad.status, bad.stdout.as_str()), (2, ""));
    assert!(bad.stderr.contains("two.jsonl") && bad.stderr.contains("row 1"), "{}", bad.stderr);
    for (name, words) in [("missing.csv", "cannot read"), ("notes.txt", ".csv")] {
        let outcome = run(&without, &["--prompts", name]);
        assert_eq!(outcome.status, 2);
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
}
