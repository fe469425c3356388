//! Comma-separated values: a header, quoted fields, UTF-8.

use super::{Reading, known};
use csv::{ByteRecord, ReaderBuilder, Trim};
use model::wire::PromptFile;

/// What some programs begin a UTF-8 file with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) fn read(contents: &[u8], most: usize) -> Result<PromptFile, String> {
    let contents = contents.strip_prefix(BYTE_ORDER_MARK).unwrap_or(contents);
    // a space before a word is part of an answer
    let mut reader = ReaderBuilder::new().trim(Trim::None).flexible(true).from_reader(contents);
    let header = reader.byte_headers().map_err(|e| format!("it is no CSV file: {e}"))?.clone();
    let columns: Vec<String> =
        header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let mut reading = Reading::with_columns(columns.clone(), most)?;
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(reading.file),
            Ok(true) if !reading.next_row() => return Ok(reading.file),
            Ok(true) => {}
            Err(error) => return Err(format!("it cannot be read on: {error}")),
        }
        if record.len() != columns.len() {
            let message = format!(
                "it has {} fields where the header has {}; is a comma or a quote missing?",
                record.len(),
                columns.len()
            );
            reading.problem("", message);
            continue;
        }
        add(&mut reading, &columns, &record);
    }
}

fn add(reading: &mut Reading, columns: &[String], record: &ByteRecord) {
    let mut cells = Vec::new();
    for (column, field) in columns.iter().zip(record) {
        let Some(column) = known(column) else { continue };
        match std::str::from_utf8(field) {
            Ok(text) => cells.push((column, text.to_owned())),
            Err(_not_utf8) => {
                reading.problem(column, "it is not UTF-8; save the file in that encoding".to_owned());
                return;
            }
        }
    }
    reading.add(cells);
}
