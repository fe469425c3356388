//! The documentation as pages: Markdown of the folder `docs/`, rendered once, in the page's style.
//!
//! The files read on their own too: they link to each other by file name and write equations in LaTeX, which become
//! addresses and MathML here.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{RenderConfig, Storage, push_mathml};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A page's name and its Markdown; the index has an empty name.
type Source = (&'static str, &'static str);

const SOURCES: &[Source] = &[
    ("", include_str!("../../docs/index.md")),
    ("attribution", include_str!("../../docs/attribution.md")),
    ("head", include_str!("../../docs/head.md")),
    ("neurons", include_str!("../../docs/neurons.md")),
    ("position_attribution", include_str!("../../docs/position_attribution.md")),
    ("attention", include_str!("../../docs/attention.md")),
    ("logit_lens", include_str!("../../docs/logit_lens.md")),
    ("prompt_test", include_str!("../../docs/prompt_test.md")),
    ("activation_patching", include_str!("../../docs/activation_patching.md")),
    ("attribution_patching", include_str!("../../docs/attribution_patching.md")),
    ("path_patching", include_str!("../../docs/path_patching.md")),
    ("ablation", include_str!("../../docs/ablation.md")),
    ("detect_heads", include_str!("../../docs/detect_heads.md")),
    ("head_circuit", include_str!("../../docs/head_circuit.md")),
    ("composition", include_str!("../../docs/composition.md")),
    ("generate", include_str!("../../docs/generate.md")),
    ("intervene", include_str!("../../docs/intervene.md")),
    ("activations", include_str!("../../docs/activations.md")),
    ("demo", include_str!("../../docs/demo.md")),
    ("demo-model", include_str!("../../docs/demo-model.md")),
    ("api", include_str!("../../docs/api.md")),
];

static PAGES: LazyLock<BTreeMap<&'static str, String>> =
    LazyLock::new(|| SOURCES.iter().map(|(name, markdown)| (*name, page(name, markdown))).collect());

/// The style of the pages: the page's own tokens.
pub const STYLE: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("export/page.css"),
    include_str!("docs.css"),
);

/// The page of that name.
pub fn find(name: &str) -> Option<&'static str> {
    PAGES.get(name).map(String::as_str)
}

fn page(name: &str, markdown: &str) -> String {
    let body = render(markdown);
    let title = title(markdown);
    let whole = if name.is_empty() { title.to_owned() } else { format!("{title} · hooklens") };
    let link = |(other, markdown): &Source| {
        let current = if *other == name { " aria-current=\"page\"" } else { "" };
        let address = if other.is_empty() { "./" } else { other };
        format!("<li><a href=\"{address}\"{current}>{}</a></li>", escape(self::title(markdown)))
    };
    let links: String = SOURCES.iter().map(link).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<link rel=\"stylesheet\" \
         href=\"style.css\">\n<link rel=\"icon\" href=\"data:,\">\n</head>\n<body class=\"docs\">\n<header class=\"bar\"><a href=\"/\">hooklens</a></header>\n\
         <nav aria-label=\"Documentation\"><ul>{links}</ul></nav>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escape(&whole)
    )
}

/// The text of the first line, a heading.
fn title(markdown: &str) -> &str {
    markdown.lines().next().unwrap_or_default().trim_start_matches("# ")
}

fn render(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH);
    let mut rendered = String::new();
    html::push_html(&mut rendered, adapted(events.collect()).into_iter());
    scrolling(&rendered)
}

/// Wide tables and programs scroll by themselves, by the keyboard too.
fn scrolling(html: &str) -> String {
    let html = html.replace("<pre>", "<pre tabindex=\"0\">").replace("</table>", "</table></div>");
    let mut parts = html.split("<table>");
    let first = parts.next().unwrap_or_default().to_owned();
    // a page's regions have names of their own
    parts.zip(1..).fold(first, |html, (part, number)| {
        format!(
            "{html}<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}\"><table>{part}"
        )
    })
}

/// Links between files as links between pages, equations as MathML, headings that can be linked to.
fn adapted(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut headings = headings(&events).into_iter();
    let adapt = |event| match event {
        Event::InlineMath(latex) => Event::InlineHtml(mathml(&latex, DisplayMode::Inline).into()),
        Event::DisplayMath(latex) => Event::Html(mathml(&latex, DisplayMode::Block).into()),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: address(dest_url), title, id })
        }
        Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
            let id = headings.next().map(CowStr::from);
            Event::Start(Tag::Heading { level, id, classes, attrs })
        }
        other => other,
    };
    events.into_iter().map(adapt).collect()
}

/// An id for every heading, from its words; the page's own title has none to tell it from.
fn headings(events: &[Event<'_>]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for event in events {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::Text(text) | Event::Code(text) => open.iter_mut().for_each(|words| words.push_str(text)),
            Event::End(TagEnd::Heading(level)) => {
                let words = open.take().unwrap_or_default();
                let id = if *level == HeadingLevel::H1 { "top".to_owned() } else { slug(&words) };
                let same =
                    ids.iter().filter(|other| **other == id || other.starts_with(&format!("{id}--"))).count();
                ids.push(if same == 0 { id } else { format!("{id}--{}", same + 1) });
            }
            _ => {}
        }
    }
    ids
}

/// `The equation with numbers` → `the-equation-with-numbers`.
fn slug(words: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    let dashed: String = words.to_lowercase().chars().map(plain).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// `head.md#method` → `head#method`; other addresses as they are.
fn address(url: CowStr<'_>) -> CowStr<'_> {
    if url.contains("://") || !url.contains(".md") {
        return url;
    }
    let page = url.replacen(".md", "", 1);
    if page == "index" { "./".into() } else { page.into() }
}

fn mathml(latex: &str, display_mode: DisplayMode) -> String {
    let storage = Storage::new();
    let mut math = String::new();
    let config = RenderConfig { display_mode, annotation: Some(latex), ..RenderConfig::default() };
    // mistakes are written into the equation, where a test finds them
    let _ = push_mathml(&mut math, pulldown_latex::Parser::new(latex, &storage), config);
    math
}

fn escape(text: &str) -> String {
    crate::export::svg::escape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_mathml_without_mistakes() {
        let storage = Storage::new();
        for (name, markdown) in SOURCES {
            let equations = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_MATH);
            for event in equations {
                if let Event::InlineMath(latex) | Event::DisplayMath(latex) = event {
                    for part in pulldown_latex::Parser::new(&latex, &storage) {
                        assert!(part.is_ok(), "{name}: {latex}: {part:?}");
                    }
                }
            }
        }
        assert!(find("attribution").unwrap().contains("<math"));
    }

    #[test]
    fn links_between_files_are_links_between_pages() {
        assert_eq!(&*address("head.md#method".into()), "head#method");
        assert_eq!(&*address("index.md".into()), "./");
        assert_eq!(&*address("https://example.org/a.md".into()), "https://example.org/a.md");
        assert_eq!(slug("What holds `everywhere`"), "what-holds-everywhere");
    }
}
