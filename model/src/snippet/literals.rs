//! An experiment as Python literals: the first lines of a snippet.

use crate::wire::{Experiment, Precision, Processing, Prompt, Prompts};
use std::fmt::{self, Display, Formatter, Write};

/// Assignments of an experiment, one a line.
pub(super) struct Literals(Vec<(&'static str, String)>);

impl Literals {
    /// What every piece may read, and a figure's own options.
    pub(super) fn of(
        experiment: &Experiment,
        original_logits: bool,
        options: Vec<(&'static str, String)>,
    ) -> Self {
        let folded = if original_logits {
            "False  # logits are the checkpoint's own, not centred over the vocabulary".to_owned()
        } else {
            folded(experiment.processing)
        };
        let mut lines =
            vec![("MODEL", model(&experiment.model) + rounded(experiment.precision)), ("FOLDED", folded)];
        if !experiment.analysis.is_of_weights() {
            lines.push(("PREPEND_BOS", boolean(experiment.prepend_bos).to_owned()));
            lines.push(("PROMPTS", prompts(&experiment.prompts)));
        }
        lines.extend(options);
        Self(lines)
    }
}

impl Display for Literals {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| writeln!(f, "{name} = {value}"))
    }
}

fn model(name: &str) -> String {
    match name {
        "demo" | "demo-negative" => {
            format!(
                "\"./{name}\"  # bundled with hooklens: `hooklens export-model {name} ./{name}` writes this folder"
            )
        }
        _ => format!("{}  # a folder, or a name on the Hugging Face hub", string(name)),
    }
}

/// More of the comment behind the model's name.
fn rounded(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "",
        Precision::Bf16 => "; the blocks' products were in bf16, here they are in f32",
    }
}

fn folded(processing: Processing) -> String {
    match processing {
        Processing::Folded => "True  # processed as TransformerLens does by default".to_owned(),
        Processing::Raw => "False  # the checkpoint's own weights".to_owned(),
    }
}

/// `True` or `False`.
pub(super) fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn prompts(prompts: &Prompts) -> String {
    let Prompts::List(list) = prompts else {
        // results and plans have their sets expanded
        return "[]".to_owned();
    };
    let mut text = "[\n".to_owned();
    for one in list {
        // writing to a string cannot fail
        let _ = writeln!(text, "    {},", prompt(one));
    }
    text + "]"
}

fn prompt(prompt: &Prompt) -> String {
    let fields = [
        ("text", Some(&prompt.text)),
        ("answer", prompt.answer.as_ref()),
        ("distractor", prompt.distractor.as_ref()),
        ("group", prompt.group.as_ref()),
        ("corrupted", prompt.corrupted.as_ref()),
    ];
    let written =
        fields.iter().filter_map(|(name, value)| Some(format!("\"{name}\": {}", string(value.as_ref()?))));
    let mut written: Vec<String> = written.collect();
    if !prompt.positions.is_empty() {
        let one = |(name, character): (&String, &usize)| format!("{}: {character}", string(name));
        let all = prompt.positions.iter().map(one).collect::<Vec<_>>().join(", ");
        written.push(format!("\"positions\": {{{all}}}"));
    }
    format!("{{{}}}", written.join(", "))
}

/// A Python string literal that cannot end early, nor look like other than what it is.
pub(super) fn string(text: impl AsRef<str>) -> String {
    let mut literal = "\"".to_owned();
    for c in text.as_ref().chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            c if is_invisible(c) => {
                // writing to a string cannot fail
                let _ = write!(literal, "\\U{:08x}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal + "\""
}

/// A list of strings.
pub(super) fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(string).collect::<Vec<_>>().join(", "))
}

/// User text inside a comment, which a line break would end.
pub(super) fn in_comment(text: &str) -> String {
    text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect()
}

/// Control characters, and those that make text read in another order or direction.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_cannot_leave_its_quotes() {
        assert_eq!(string(" gr\"eat\\"), r#"" gr\"eat\\""#);
        assert_eq!(string("a\nb\r\u{2028}\u{202e}é🎬"), "\"a\\nb\\U0000000d\\U00002028\\U0000202eé🎬\"");
    }

    #[test]
    fn a_group_cannot_leave_its_comment() {
        assert_eq!(in_comment("head_attribution:a\nimport os"), "head_attribution:a import os");
    }
}
