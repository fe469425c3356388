//! Apache Parquet: columns of strings.

use super::{Reading, known};
use bytes::Bytes;
use model::wire::PromptFile;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Most bytes that the columns may have once unpacked: a small file can hold very much.
const UNPACKED_LIMIT: i64 = 256 << 20;

pub(super) fn read(contents: Bytes, most: usize) -> Result<PromptFile, String> {
    // the reader trusts what a file says of itself more than a stranger's file deserves
    let outcome = catch_unwind(AssertUnwindSafe(|| read_rows(contents, most)));
    outcome.unwrap_or_else(|_panic| Err("the file is damaged; write it again".to_owned()))
}

fn read_rows(contents: Bytes, most: usize) -> Result<PromptFile, String> {
    let unreadable =
        |e| format!("it is no Parquet file that can be read ({e}); snappy, zstd and no compression can");
    let reader = SerializedFileReader::new(contents).map_err(unreadable)?;
    let unpacked: i64 =
        reader.metadata().row_groups().iter().map(|group| group.total_byte_size().max(0)).sum();
    if unpacked > UNPACKED_LIMIT {
        return Err(format!(
            "it holds {unpacked} bytes once unpacked, more than {UNPACKED_LIMIT}; split the file"
        ));
    }
    let schema = reader.metadata().file_metadata().schema_descr().root_schema();
    let columns = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let mut reading = Reading::with_columns(columns, most)?;
    let wanted: Vec<_> = schema.get_fields().iter().filter(|field| known(field.name()).is_some()).collect();
    if let Some(nested) = wanted.iter().find(|field| !field.is_primitive()) {
        return Err(format!("the column `{}` is no column of texts", nested.name()));
    }
    let projection =
        Type::group_type_builder(schema.name()).with_fields(wanted.into_iter().map(Arc::clone).collect());
    let projection = projection.build().map_err(unreadable)?;
    for row in reader.get_row_iter(Some(projection)).map_err(unreadable)? {
        if !reading.next_row() {
            break;
        }
        add(&mut reading, row.map_err(unreadable)?);
    }
    Ok(reading.file)
}

fn add(reading: &mut Reading, row: Row) {
    let mut cells = Vec::new();
    for (name, field) in row.into_columns() {
        let Some(column) = known(&name) else { continue };
        let text = match field {
            Field::Null => continue,
            Field::Str(text) => Some(text),
            // strings of writers that do not say so
            Field::Bytes(bytes) => String::from_utf8(bytes.data().to_vec()).ok(),
            _ => None,
        };
        let Some(text) = text else {
            reading.problem(column, "it is no text; make it a column of strings".to_owned());
            return;
        };
        cells.push((column, text));
    }
    reading.add(cells);
}
