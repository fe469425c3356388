//! JSON text, written as it is built: what Plotly takes is parsed by the browser anyway.
//!
//! `serde_json::json!` would do the same by way of maps of values, all of it inline: in a development build the three
//! charts were 190 KB of WASM that way.

use std::fmt::Write;

/// Something with a JSON text.
pub trait Json {
    /// Appends the text.
    fn write(&self, out: &mut String);
}

/// An object under construction; `object!` makes one with fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object(String);

impl Default for Object {
    fn default() -> Self {
        Self(String::from("{"))
    }
}

impl Object {
    /// The object with one more field. A key is a plain word, and new.
    #[must_use]
    #[inline(never)]
    pub fn with(mut self, key: &'static str, value: &(impl Json + ?Sized)) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
        value.write(&mut self.0);
        self
    }
}

/// An object with fields: `object! { "x": 1, "y": [2.5] }`.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::chart::json::Object::default()$(.with($key, &$value))*
    };
}
pub(crate) use object;

/// The text of a value.
pub fn text(value: &(impl Json + ?Sized)) -> String {
    let mut out = String::new();
    value.write(&mut out);
    out
}

impl Json for Object {
    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
        out.push('}');
    }
}

impl Json for f64 {
    /// What is no finite number is masked: `null`.
    fn write(&self, out: &mut String) {
        if self.is_finite() {
            // writing to a string cannot fail
            let _ = write!(out, "{self}");
        } else {
            out.push_str("null");
        }
    }
}

impl Json for f32 {
    fn write(&self, out: &mut String) {
        f64::from(*self).write(out);
    }
}

impl Json for usize {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
}

impl Json for i32 {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
}

impl Json for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Json for str {
    fn write(&self, out: &mut String) {
        out.push('"');
        for c in self.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        out.push('"');
    }
}

impl Json for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl<T: Json> Json for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }
}

impl<T: Json> Json for [T] {
    fn write(&self, out: &mut String) {
        out.push('[');
        for (i, value) in self.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            value.write(out);
        }
        out.push(']');
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, out: &mut String) {
        self.as_slice().write(out);
    }
}

impl<T: Json, const N: usize> Json for [T; N] {
    fn write(&self, out: &mut String) {
        self.as_slice().write(out);
    }
}

impl<T: Json + ?Sized> Json for &T {
    fn write(&self, out: &mut String) {
        (**self).write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_text_reads_back_as_what_was_written() {
        let written = object! {
            "text": "a \"b\" \\ \n\u{1}<i>−</i>",
            "numbers": [1.5, -0.25, f64::NAN, 1e-7],
            "single": 0.1f32,
            "none": None::<f64>,
            "some": Some(3usize),
            "inner": object! { "flag": true, "empty": Vec::<f64>::new() },
            "objects": vec![object! {}, object! { "x": "y" }],
        };
        let read: Value = serde_json::from_str(&text(&written)).unwrap();
        let expected = json!({
            "text": "a \"b\" \\ \n\u{1}<i>−</i>", "numbers": [1.5, -0.25, null, 1e-7], "single": f64::from(0.1f32),
            "none": null, "some": 3, "inner": { "flag": true, "empty": [] }, "objects": [{}, { "x": "y" }],
        });
        assert_eq!(read, expected);
    }
}
