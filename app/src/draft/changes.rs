//! The changes of a `generate` as they are typed: ablations as TransformerLens labels what is ablated, and a steering
//! vector field by field. Settings are flat; the contract nests them.

use serde_json::{Map, Value, json};

/// The setting that has the ablations, such as `L1H2, L3N17, 0_mlp_out`.
pub const ABLATE: &str = "ablate";
/// The setting that has what they are replaced by.
pub const METHOD: &str = "method";
/// Settings of the steering vector, by their names in the contract.
const STEER: [&str; 6] = ["site", "layer", "positive", "negative", "scale", "positions"];

/// What is wrong with typed ablations.
pub fn problem(typed: &str) -> Option<String> {
    words(typed).find(|word| read(word).is_none()).map(|word| {
        format!("`{word}` is nothing to ablate; write heads (L1H2), neurons (L3N17), 0_attn_out, 2_mlp_out or all heads of a layer (L0)")
    })
}

/// The contract's fields from flat settings; none where the ablations cannot be read.
pub(super) fn nest(mut settings: Map<String, Value>) -> Option<Map<String, Value>> {
    let method = settings.remove(METHOD).unwrap_or_default();
    let typed = settings.remove(ABLATE).unwrap_or_default();
    let mut all = Vec::new();
    for word in words(typed.as_str().unwrap_or_default()) {
        let mut one = read(word)?;
        one.insert("method".to_owned(), method.clone());
        all.push(Value::Object(one));
    }
    settings.insert("interventions".to_owned(), Value::Array(all));
    let steer: Map<String, Value> = STEER
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), settings.remove(&format!("steer_{name}"))?)))
        .collect();
    let typed = |name: &str| steer.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if typed("positive") || typed("negative") {
        settings.insert("steer".to_owned(), Value::Object(steer));
    }
    if settings.get("top_k") == Some(&json!(0)) {
        settings.remove("top_k");
    }
    Some(settings)
}

/// The other way. Changes that the form has no words for, at single positions, are left out.
pub(super) fn flatten(mut json: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(all)) = json.remove("interventions") {
        let typed: Vec<String> = all.iter().filter_map(write).collect();
        json.insert(ABLATE.to_owned(), typed.join(", ").into());
        if let Some(method) = all.first().and_then(|one| one.get("method")) {
            json.insert(METHOD.to_owned(), method.clone());
        }
    }
    if let Some(Value::Object(steer)) = json.remove("steer") {
        json.extend(steer.into_iter().map(|(name, value)| (format!("steer_{name}"), value)));
    }
    json
}

fn words(typed: &str) -> impl Iterator<Item = &str> {
    typed.split([',', ' ', ';']).filter(|word| !word.is_empty())
}

/// One ablation: `L1H2`, `L3N17`, `L0`, `0_attn_out`, `2_mlp_out`.
fn read(word: &str) -> Option<Map<String, Value>> {
    let place = |site: &str, layer: &str, part: Option<(&str, &str)>| {
        let mut one =
            Map::from_iter([("site".to_owned(), site.into()), ("layer".to_owned(), number(layer)?.into())]);
        if let Some((name, part)) = part {
            one.insert(name.to_owned(), number(part)?.into());
        }
        Some(one)
    };
    if let Some((layer, site @ ("attn_out" | "mlp_out"))) = word.split_once('_') {
        return place(site, layer, None);
    }
    let rest = word.strip_prefix('L')?;
    if let Some((layer, head)) = rest.split_once('H') {
        return place("z", layer, Some(("head", head)));
    }
    if let Some((layer, neuron)) = rest.split_once('N') {
        return place("mlp_post", layer, Some(("neuron", neuron)));
    }
    place("z", rest, None)
}

fn number(digits: &str) -> Option<usize> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// An ablation as it would be typed.
fn write(one: &Value) -> Option<String> {
    let (layer, site) = (one.get("layer")?.as_u64()?, one.get("site")?.as_str()?);
    let part = |name: &str| one.get(name).and_then(Value::as_u64);
    if part("position").is_some() {
        return None;
    }
    match (site, part("head"), part("neuron")) {
        ("z", Some(head), _) => Some(format!("L{layer}H{head}")),
        ("z", None, _) => Some(format!("L{layer}")),
        ("mlp_post", _, Some(neuron)) => Some(format!("L{layer}N{neuron}")),
        ("attn_out" | "mlp_out", ..) => Some(format!("{layer}_{site}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_comes_back() {
        let typed = "L1H2, L3N17, L0, 0_attn_out, 12_mlp_out";
        let settings = Map::from_iter([
            (ABLATE.to_owned(), typed.into()),
            (METHOD.to_owned(), "mean".into()),
            ("steer_positive".to_owned(), "Love".into()),
            ("steer_negative".to_owned(), "".into()),
        ]);
        let nested = nest(settings.clone()).unwrap();
        let first = json!({"site": "z", "layer": 1, "head": 2, "method": "mean"});
        assert_eq!(nested["interventions"][0], first);
        assert_eq!(nested["steer"], json!({"positive": "Love", "negative": ""}));
        assert_eq!(flatten(nested), settings);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for word in ["L1X", "H2", "L-1H2", "1_resid", "L1H", "L"] {
            assert!(problem(&format!("L0H0 {word}")).is_some_and(|p| p.contains(word)), "{word}");
        }
        assert_eq!(problem(""), None);
        assert_eq!(nest(Map::from_iter([(ABLATE.to_owned(), "L1X".into())])), None);
    }

    #[test]
    fn without_changes_there_is_nothing_to_steer() {
        let nested = nest(Map::from_iter([("steer_positive".to_owned(), "".into())])).unwrap();
        assert!(nested["interventions"].as_array().unwrap().is_empty() && !nested.contains_key("steer"));
    }
}
