//! What a result becomes when it leaves: code, tables, pictures, a notebook, one file, a frame in another page.

use super::{App, Path, Query, blocking, results};
use crate::error::AppError;
use crate::export::svg::{self, Map, Theme};
use crate::export::{Report, equation, notebook, page};
use crate::guard::Policy;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::table::Table;
use model::wire::{ApiError, Figure};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which figure.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Named {
    /// Its name, such as `logit_lens` or `head_attribution:positive`.
    figure: String,
    /// The prompt it belongs to, from 0, where several prompts have a figure of that name.
    prompt: Option<usize>,
}

/// Of which prompt, and how it looks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Looks {
    /// The prompt the figure belongs to, from 0, where several prompts have a figure of that name.
    prompt: Option<usize>,
    /// Of a picture: `light` (default), `dark`, or `auto`, as the reader's system has it.
    #[serde(default)]
    theme: Theme,
    /// Of a picture's diverging maps: `red-blue` (default) or `orange-purple`, safe for colour-blind readers.
    #[serde(default)]
    colors: Map,
}

/// Which figure stands in the frame.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Framed {
    /// Its name.
    figure: String,
    /// The prompt it belongs to, from 0, where several prompts have a figure of that name.
    prompt: Option<usize>,
    /// `auto` (default), as the reader's system has it, `light` or `dark`.
    theme: Option<Theme>,
}

/// Get the Python that makes a figure with TransformerLens
///
/// A program that stands by itself and prints the figure's numbers, which it leaves in `values`.
#[utoipa::path(get, path = "/api/results/{id}/transformerlens", params(("id" = String, Path), Named), responses(
    (status = 200, body = String, content_type = "text/x-python"), (status = 404, body = ApiError),
))]
pub(super) async fn transformerlens(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Named { figure, prompt }): Query<Named>,
) -> Result<Response, AppError> {
    let report = report(&app, &id).await?;
    let found = report.figure(&figure, prompt).map_err(AppError::NotFound)?;
    let code = report
        .snippet(found)
        .ok_or_else(|| AppError::NotFound(format!("there is no TransformerLens program for `{figure}`")))?;
    Ok(file("text/x-python; charset=utf-8", &file_name(found, "py"), code))
}

/// Get a figure as a file
///
/// `{file}` is the figure's name and an ending: `tsv` and `csv` (labels in the first column, a masked number empty),
/// `json` (as the event has it), or `svg` (a picture at publication size, its text as text).
#[utoipa::path(get, path = "/api/results/{id}/figures/{file}",
    params(("id" = String, Path), ("file" = String, Path, example = "logit_lens.csv"), Looks), responses(
    (status = 200, description = "the file", body = String), (status = 404, body = ApiError),
))]
pub(super) async fn figure(
    State(app): State<Arc<App>>,
    Path((id, wanted)): Path<(String, String)>,
    Query(Looks { prompt, theme, colors }): Query<Looks>,
) -> Result<Response, AppError> {
    let (name, ending) = wanted.rsplit_once('.').ok_or_else(|| unknown_ending(&wanted))?;
    let report = report(&app, &id).await?;
    let found = report.figure(name, prompt).map_err(AppError::NotFound)?;
    let (kind, text) = match ending {
        "tsv" => ("text/tab-separated-values; charset=utf-8", Table::of(found).to_tsv()),
        "csv" => ("text/csv; charset=utf-8", Table::of(found).to_csv()),
        "json" => ("application/json", to_json(found)?),
        "svg" => ("image/svg+xml", svg::draw(&report, found, colors).standalone(theme)),
        _ => return Err(unknown_ending(&wanted)),
    };
    Ok((Extension(Policy::Document), file(kind, &file_name(found, ending), text)).into_response())
}

/// Get a result as a Jupyter notebook
///
/// The question, and for every figure what it is, the Python that makes it with TransformerLens, and the stored numbers.
#[utoipa::path(get, path = "/api/results/{id}/notebook.ipynb", params(("id" = String, Path)), responses(
    (status = 200, body = serde_json::Value, content_type = "application/x-ipynb+json"), (status = 404, body = ApiError),
))]
pub(super) async fn notebook(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let report = report(&app, &id).await?;
    let notebook = notebook::notebook(&report, &link(&headers, &id));
    let mut response = file("application/x-ipynb+json", "", to_json(&notebook)?);
    name(&mut response, "attachment", &format!("hooklens-{id}.ipynb"));
    Ok(response)
}

/// Get a result as one HTML file
///
/// It needs nothing else and works offline: every figure as a picture, as numbers and as code.
#[utoipa::path(get, path = "/api/results/{id}/page.html", params(("id" = String, Path)), responses(
    (status = 200, body = String, content_type = "text/html"), (status = 404, body = ApiError),
))]
pub(super) async fn html(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let report = report(&app, &id).await?;
    let link = link(&headers, &id);
    let page = blocking(move || Ok(page::page(&report, &link))).await?;
    let file = file("text/html; charset=utf-8", &format!("hooklens-{id}.html"), page);
    Ok((Extension(Policy::Document), file).into_response())
}

/// Get a figure for a frame in another page
///
/// The only address that another site may put into an `<iframe>`.
#[utoipa::path(get, path = "/embed/{id}", params(("id" = String, Path), Framed), responses(
    (status = 200, body = String, content_type = "text/html"), (status = 404, body = ApiError),
))]
pub(super) async fn embed(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Framed { figure, prompt, theme }): Query<Framed>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let report = report(&app, &id).await?;
    let found = report.figure(&figure, prompt).map_err(AppError::NotFound)?;
    let page = page::embed(&report, found, theme.unwrap_or(Theme::Auto), &link(&headers, &id));
    let html = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page);
    Ok((Extension(Policy::Frame), html).into_response())
}

/// Get an attribution as an equation
///
/// In words, with this result's numbers: which parts add up to the logit difference.
#[utoipa::path(get, path = "/api/results/{id}/equation.txt", params(("id" = String, Path)), responses(
    (status = 200, body = String, content_type = "text/plain"), (status = 404, body = ApiError),
))]
pub(super) async fn equation(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let report = report(&app, &id).await?;
    let none = || AppError::NotFound(format!("the result {id} is no attribution and has no equation"));
    let text = equation::of(&report).ok_or_else(none)? + "\n";
    Ok(file("text/plain; charset=utf-8", "equation.txt", text))
}

async fn report(app: &App, id: &str) -> Result<Report, AppError> {
    let result = results::find(app, id).await?;
    Report::new(result).ok_or_else(|| AppError::Internal(format!("the stored result {id} has no beginning")))
}

/// The address of a result's page as whoever asks would reach it.
fn link(headers: &HeaderMap, id: &str) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    format!("{scheme}://{}/r/{id}", text("host").unwrap_or("localhost"))
}

fn to_json(value: &impl serde::Serialize) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|e| AppError::Internal(e.to_string()))
}

fn unknown_ending(file: &str) -> AppError {
    AppError::NotFound(format!("`{file}` is not a figure's name with the ending .tsv, .csv, .json or .svg"))
}

/// `head_attribution_positive.csv`: what every file system takes.
fn file_name(figure: &Figure, ending: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
    let prompt = figure.prompt.map(|number| format!("_prompt{number}")).unwrap_or_default();
    format!("{}{prompt}.{ending}", figure.name.chars().map(plain).collect::<String>())
}

/// Text that a browser shows and saves under `file_name`.
fn file(kind: &'static str, file_name: &str, text: String) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
    name(&mut response, "inline", file_name);
    response
}

fn name(response: &mut Response, disposition: &str, file_name: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("{disposition}; filename=\"{file_name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
}
