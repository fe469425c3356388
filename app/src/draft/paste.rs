//! Many prompts at once, as spreadsheets and editors copy them: a line a prompt, its fields divided by tabs.
//!
//! Fields are `text`, `answer`, `distractor`, `group` and `corrupted`, all but the first optional. Nothing is trimmed, because a leading
//! space belongs to its token. A first line with the fields' names is skipped, and so are empty lines.

use super::Row;

const HEADER: [&str; 5] = ["text", "answer", "distractor", "group", "corrupted"];

/// Reads pasted lines.
pub fn read_rows(pasted: &str) -> Vec<Row> {
    let lines = pasted.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut rows: Vec<Row> = lines.filter(|line| !line.trim().is_empty()).map(read_row).collect();
    if rows.first().is_some_and(is_header) {
        rows.remove(0);
    }
    rows
}

/// The inverse of [`read_rows`], for rows whose text is a single line.
pub fn write_rows(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let line = fields(row).join("\t");
        line.trim_end_matches('\t').to_owned()
    };
    rows.iter().filter(|row| !row.is_blank()).map(line).collect::<Vec<_>>().join("\n")
}

fn read_row(line: &str) -> Row {
    let mut fields = line.split('\t').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    Row {
        text: next(),
        answer: next(),
        distractor: next(),
        group: next(),
        corrupted: next(),
        ..Row::default()
    }
}

fn fields(row: &Row) -> [&str; 5] {
    [&row.text, &row.answer, &row.distractor, &row.group, &row.corrupted]
}

fn is_header(row: &Row) -> bool {
    let is_name = |(field, name): (&str, &str)| field.is_empty() || field.trim().eq_ignore_ascii_case(name);
    row.text.trim().eq_ignore_ascii_case(HEADER[0])
        && !row.answer.is_empty()
        && fields(row).into_iter().zip(HEADER).all(is_name)
}
