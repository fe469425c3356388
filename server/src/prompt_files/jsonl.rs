//! JSON lines: an object a line, its keys the columns.

use super::{POSITIONS, Reading, known};
use model::wire::PromptFile;
use serde_json::{Map, Value};

pub(super) fn read(contents: &[u8], most: usize) -> Result<PromptFile, String> {
    let mut reading = Reading::new(Vec::new(), most);
    let mut has_text = false;
    for line in contents.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        if !reading.next_row() {
            break;
        }
        match serde_json::from_slice::<Map<String, Value>>(line) {
            Ok(object) => {
                has_text |= object.contains_key("text");
                add(&mut reading, object);
            }
            Err(error) => reading.problem("", format!("it is no JSON object: {error}")),
        }
    }
    if has_text {
        return Ok(reading.file);
    }
    // the problems of the first rows say more where no row is an object at all
    match reading.file.problems.first() {
        Some(first) if reading.file.columns.is_empty() => {
            Err(format!("it is not JSON lines; row {}: {}", first.row, first.message))
        }
        _ => Reading::with_columns(reading.file.columns, most).map(|empty| empty.file),
    }
}

fn add(reading: &mut Reading, object: Map<String, Value>) {
    let mut cells = Vec::new();
    for (key, value) in object {
        if !reading.file.columns.contains(&key) {
            reading.file.columns.push(key.clone());
        }
        let Some(column) = known(&key) else { continue };
        match value {
            Value::String(text) => cells.push((column, text)),
            Value::Null => {}
            Value::Object(positions) if column == POSITIONS => {
                cells.push((column, Value::Object(positions).to_string()));
            }
            other => {
                reading.problem(column, format!("it is {other}, which is no text; write it in quotes"));
                return;
            }
        }
    }
    reading.add(cells);
}
