//! One of a thing, or a list of it: `"site": "z"` as well as `"site": ["z", "q"]`.

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// At least one. A single one is written without a list, so that both spellings name the same result. Read by hand
/// rather than `untagged`, so that an error says what is wrong with which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several<T>(Vec<T>);

impl<T> Several<T> {
    /// These; none for an empty list.
    pub fn new(items: Vec<T>) -> Option<Self> {
        (!items.is_empty()).then_some(Self(items))
    }
}

impl<T> From<T> for Several<T> {
    fn from(item: T) -> Self {
        Self(vec![item])
    }
}

impl<T> Deref for Several<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Serialize> Serialize for Several<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrList(PhantomData))
    }
}

struct OneOrList<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrList<T> {
    type Value = Several<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one, or a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(StrDeserializer::new(text)).map(Several::from)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Several::from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        let items = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        Several::new(items).ok_or_else(|| A::Error::custom("an empty list; name at least one"))
    }
}

/// How OpenAPI describes [`Several`].
#[cfg(feature = "openapi")]
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum OneOrMany<T: utoipa::ToSchema> {
    /// One.
    One(#[allow(dead_code, reason = "only described")] T),
    /// A list of at least one.
    Many(#[allow(dead_code, reason = "only described")] Vec<T>),
}

#[cfg(test)]
mod tests {
    use super::Several;

    fn check(json: &str) -> Result<Several<crate::wire::Norm>, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn one_and_a_list_of_one_are_the_same() {
        for json in [r#""cached""#, r#"["cached"]"#] {
            let read = check(json).unwrap();
            assert_eq!(read.len(), 1);
            assert_eq!(serde_json::to_string(&read).unwrap(), r#""cached""#);
        }
        let two = r#"["cached","recomputed"]"#;
        assert_eq!(serde_json::to_string(&check(two).unwrap()).unwrap(), two);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(check("[]").unwrap_err().contains("at least one"));
        assert!(check(r#""magic""#).unwrap_err().contains("unknown variant `magic`"));
        assert!(check(r#"["magic"]"#).unwrap_err().contains("unknown variant `magic`"));
    }
}
