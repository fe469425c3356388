//! Prompts from a file: CSV, JSON lines or Parquet, with the columns `text`, `answer`, `distractor`, `group` and
//! `corrupted`. Only `text` must be there; others may be empty in a row, and columns of other names are passed over.
//!
//! What is wrong with a row is said of that row, and the others are read. Rows are counted from 1, a header not counted.

mod csv;
mod jsonl;
mod parquet;

use bytes::Bytes;
use model::Limits;
use model::wire::{Prompt, PromptFile, RowProblem};
use std::fmt::Display;
use std::path::Path;

/// The columns that mean something.
const COLUMNS: [&str; 6] = ["text", "answer", "distractor", "group", "corrupted", POSITIONS];
/// The one that is no text, but an object of names and characters' numbers.
const POSITIONS: &str = "positions";

/// Most problems that are listed.
const MOST_PROBLEMS: usize = 100;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header, UTF-8.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet with columns of strings.
    Parquet,
}

impl Format {
    /// The format that goes by this name or file extension.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// The format of a media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/csv" => Some(Self::Csv),
            "application/jsonl" | "application/x-ndjson" | "application/x-jsonlines" => Some(Self::Jsonl),
            "application/vnd.apache.parquet" | "application/x-parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// The format that a file's extension says.
    pub fn of_path(path: &Path) -> Option<Self> {
        Self::named(path.extension()?.to_str()?)
    }
}

/// Reads a file.
///
/// # Errors
/// Where it is not of this format, or has no column `text`; the message says what it has.
pub fn read(format: Format, contents: Bytes, limits: &Limits) -> Result<PromptFile, String> {
    match format {
        Format::Csv => csv::read(&contents, limits.prompts),
        Format::Jsonl => jsonl::read(&contents, limits.prompts),
        Format::Parquet => parquet::read(contents, limits.prompts),
    }
}

/// A file as it is read row by row.
struct Reading {
    file: PromptFile,
    /// Most prompts.
    most: usize,
    row: usize,
}

impl Reading {
    fn new(columns: Vec<String>, most: usize) -> Self {
        let file = PromptFile { prompts: Vec::new(), problems: Vec::new(), columns };
        Self { file, most, row: 0 }
    }

    /// Fails where the column that every prompt needs is missing.
    fn with_columns(columns: Vec<String>, most: usize) -> Result<Self, String> {
        if columns.iter().any(|column| column == COLUMNS[0]) {
            return Ok(Self::new(columns, most));
        }
        let found = if columns.is_empty() { "none".to_owned() } else { quoted(&columns) };
        Err(format!(
            "the file has no column `text`; its columns: {found}. Name the prompts' column `text`, and the others {}",
            quoted(&COLUMNS[1..])
        ))
    }

    /// Goes on to the next row; false where there is no more room.
    fn next_row(&mut self) -> bool {
        self.row += 1;
        if self.file.prompts.len() < self.most && self.file.problems.len() < MOST_PROBLEMS {
            return true;
        }
        let message = if self.file.prompts.len() < self.most {
            "there are more problems than are listed; the rest of the file is not read".to_owned()
        } else {
            format!("more than {} prompts are over the limit; split the file", self.most)
        };
        self.problem("", message);
        false
    }

    fn problem(&mut self, field: &str, message: String) {
        self.file.problems.push(RowProblem { row: self.row, field: field.to_owned(), message });
    }

    /// Adds the row: the texts of its columns that mean something. Empty ones count as absent, but for `text`.
    fn add(&mut self, cells: Vec<(&str, String)>) {
        let mut prompt = Prompt::default();
        let mut has_text = false;
        for (column, text) in cells {
            match column {
                "text" => (prompt.text, has_text) = (text, true),
                _ if text.is_empty() => {}
                "answer" => prompt.answer = Some(text),
                "distractor" => prompt.distractor = Some(text),
                "group" => prompt.group = Some(text),
                "corrupted" => prompt.corrupted = Some(text),
                POSITIONS => match serde_json::from_str(&text) {
                    Ok(positions) => prompt.positions = positions,
                    Err(error) => {
                        let message = format!(
                            "it names no positions ({error}); write names and numbers of characters, such as {{\"S1\": 14}}"
                        );
                        return self.problem(POSITIONS, message);
                    }
                },
                _ => {}
            }
        }
        if has_text && !prompt.text.is_empty() {
            self.file.prompts.push(prompt);
        } else {
            self.problem("text", "it is empty; every prompt needs a text".to_owned());
        }
    }
}

fn quoted<T: Display>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name of [`COLUMNS`] that a column has.
fn known(column: &str) -> Option<&'static str> {
    COLUMNS.into_iter().find(|known| *known == column)
}
