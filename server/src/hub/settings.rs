//! How the hub is reached and where its files are kept: the environment variables that every library of the hub reads.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the hub is unless `HF_ENDPOINT` says otherwise.
const ENDPOINT: &str = "https://huggingface.co";

/// What the environment says about the hub.
#[derive(Clone)]
pub struct Settings {
    /// Address of the hub, without a slash at its end.
    pub endpoint: String,
    /// The folder `hub` of the cache.
    pub cache: PathBuf,
    /// For gated and private models.
    pub token: Option<Token>,
    /// Whether only the cache is looked into.
    pub offline: bool,
}

/// A secret; never shown.
#[derive(Clone)]
pub struct Token {
    pub(super) secret: String,
    /// The variable or the file it comes from.
    pub(super) origin: String,
}

impl Settings {
    /// What this process's environment says.
    ///
    /// # Errors
    /// Where there is no folder for the cache: no home, and no variable that names one.
    pub fn from_env() -> Result<Self, String> {
        Self::read(&|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let home = variable("HOME").map(PathBuf::from);
        let path = |name: &str| variable(name).map(|value| expanded(&value, home.as_deref()));
        let in_cache = || path("XDG_CACHE_HOME").or_else(|| Some(home.as_ref()?.join(".cache")));
        let hf_home = path("HF_HOME").or_else(|| Some(in_cache()?.join("huggingface")));
        let cache = path("HF_HUB_CACHE")
            .or_else(|| path("HUGGINGFACE_HUB_CACHE"))
            .or_else(|| Some(hf_home.as_ref()?.join("hub")))
            .ok_or("there is no home folder for the Hugging Face cache; name one with HF_HOME")?;
        let file = path("HF_TOKEN_PATH").or_else(|| Some(hf_home?.join("token")));
        let implicit = !truthy(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN"));
        Ok(Self {
            endpoint: variable("HF_ENDPOINT").unwrap_or(ENDPOINT.to_owned()).trim_end_matches('/').to_owned(),
            cache,
            token: if implicit { token(variable, file.as_deref()) } else { None },
            offline: ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].iter().any(|name| truthy(variable(name))),
        })
    }

    /// The hub's name in messages.
    pub(super) fn host(&self) -> &str {
        self.endpoint.split_once("://").map_or(self.endpoint.as_str(), |(_, host)| host)
    }
}

fn token(variable: &dyn Fn(&str) -> Option<String>, file: Option<&Path>) -> Option<Token> {
    let trimmed = |text: String, origin: String| {
        let secret = text.trim().to_owned();
        (!secret.is_empty()).then_some(Token { secret, origin })
    };
    for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
        if let Some(found) = variable(name).and_then(|text| trimmed(text, name.to_owned())) {
            return Some(found);
        }
    }
    let file = file?;
    trimmed(fs::read_to_string(file).ok()?, file.display().to_string())
}

/// As the hub's own libraries read a switch.
fn truthy(value: Option<String>) -> bool {
    value.is_some_and(|value| ["1", "ON", "YES", "TRUE"].contains(&value.to_ascii_uppercase().as_str()))
}

fn expanded(value: &str, home: Option<&Path>) -> PathBuf {
    match (value.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(value),
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(from {})", self.origin)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, cache, token, offline } = self;
        write!(f, "Settings {{ {endpoint}, {}, {token:?}, offline: {offline} }}", cache.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        let find =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Settings::read(&find).unwrap()
    }

    #[test]
    fn the_cache_is_where_other_libraries_have_it() {
        let home = ("HOME", "/home/me");
        let cache = |variables: &[(&str, &str)]| read(variables).cache;
        assert_eq!(cache(&[home]), Path::new("/home/me/.cache/huggingface/hub"));
        assert_eq!(cache(&[home, ("XDG_CACHE_HOME", "/c")]), Path::new("/c/huggingface/hub"));
        assert_eq!(cache(&[home, ("HF_HOME", "~/hf")]), Path::new("/home/me/hf/hub"));
        assert_eq!(cache(&[("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/data/hub")]), Path::new("/data/hub"));
        assert!(Settings::read(&|_| None).unwrap_err().contains("HF_HOME"));
    }

    #[test]
    fn a_token_comes_from_a_variable_or_a_file_and_is_never_shown() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("token"), "from-file\n").unwrap();
        let hf_home = ("HF_HOME", home.path().to_str().unwrap());
        assert_eq!(read(&[hf_home]).token.unwrap().secret, "from-file");
        let settings = read(&[hf_home, ("HF_TOKEN", "secret")]);
        assert_eq!(settings.token.as_ref().unwrap().origin, "HF_TOKEN");
        assert!(!format!("{settings:?}").contains("secret"));
        assert!(read(&[hf_home, ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]).token.is_none());
    }

    #[test]
    fn endpoint_and_offline_switch() {
        let settings =
            read(&[("HOME", "/h"), ("HF_ENDPOINT", "http://mirror:1/"), ("HF_HUB_OFFLINE", "yes")]);
        assert_eq!((settings.endpoint.as_str(), settings.host()), ("http://mirror:1", "mirror:1"));
        assert!(settings.offline);
        assert!(!read(&[("HOME", "/h"), ("HF_HUB_OFFLINE", "0")]).offline);
    }
}
