//! Names on the hub: `organisation/model` or `model`, with `@revision` where one is pinned.

use std::fmt;
use std::str::FromStr;

/// What the hub itself allows.
const LONGEST: usize = 96;

/// The revision meant where none is named.
const MAIN: &str = "main";

/// A repository and a revision of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HubName {
    /// `organisation/model` or `model`.
    pub repo: String,
    /// A branch, a tag or a commit.
    pub revision: String,
}

impl HubName {
    /// The revision as a commit, where it is one in full.
    pub(super) fn commit(&self) -> Option<&str> {
        is_commit(&self.revision).then_some(self.revision.as_str())
    }

    /// The cache's folder of the repository, as every library of the hub calls it.
    pub(super) fn folder(&self) -> String {
        format!("models--{}", self.repo.replace('/', "--"))
    }

    /// The other way round.
    pub(super) fn from_folder(folder: &str, revision: &str) -> Option<Self> {
        let repo = folder.strip_prefix("models--")?.replace("--", "/");
        format!("{repo}@{revision}").parse().ok()
    }
}

/// Whether it is the 40 digits of a commit.
pub(super) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl FromStr for HubName {
    type Err = String;

    /// Strict: a name becomes part of paths and addresses.
    fn from_str(name: &str) -> Result<Self, String> {
        let (repo, revision) = name.split_once('@').unwrap_or((name, MAIN));
        let parts: Vec<_> = repo.split('/').collect();
        if repo.len() > LONGEST || parts.len() > 2 || !parts.iter().all(|part| is_plain(part)) {
            return Err("it is no name on the Hugging Face hub, which is `organisation/model` or `model`, of letters, \
                        digits, `-`, `_` and `.`, without `--` and `..`"
                .to_owned());
        }
        if revision.len() > LONGEST || !revision.split('/').all(is_plain) {
            return Err(format!("`{revision}` after the @ is no revision: name a branch, a tag or a commit"));
        }
        Ok(Self { repo: repo.to_owned(), revision: revision.to_owned() })
    }
}

fn is_plain(part: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !part.is_empty()
        && part.bytes().all(allowed)
        && !part.contains("--")
        && !part.contains("..")
        && !part.starts_with(['-', '.'])
        && !part.ends_with(['-', '.'])
}

impl fmt::Display for HubName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => f.write_str(&self.repo),
            revision => write!(f, "{}@{revision}", self.repo),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for name in ["gpt2", "EleutherAI/pythia-410m", "org/a_b.c@refs/pr/1", "gpt2@v1.0"] {
            assert_eq!(name.parse::<HubName>().unwrap().to_string(), name);
        }
        let pinned: HubName = "gpt2@607a30d783dfa663caf39e06633721c8d4cfcd7e".parse().unwrap();
        assert!(pinned.commit().is_some());
        assert_eq!("gpt2@main".parse::<HubName>().unwrap().to_string(), "gpt2");
    }

    #[test]
    fn folders_are_named_as_other_libraries_name_them() {
        let name: HubName = "EleutherAI/pythia-410m@step3".parse().unwrap();
        assert_eq!(name.folder(), "models--EleutherAI--pythia-410m");
        assert_eq!(HubName::from_folder(&name.folder(), "step3"), Some(name));
        assert_eq!(HubName::from_folder("datasets--x", "main"), None);
    }

    #[test]
    fn nothing_leads_out_of_a_folder() {
        for name in [
            "", "a/b/c", "../x", "a/..", "a/.b", "a--b", "a/b@", "a@../b", "a@/x", "a b", "a\\b", "a@b@c",
            "ä",
        ] {
            assert!(name.parse::<HubName>().is_err(), "{name}");
        }
    }
}
