//! Every figure of every kind has its TransformerLens program, and the goldens were made by these programs.

use crate::expected::{self, PROCESSINGS};
use crate::run;
use model::snippet::{self, FigureKey};
use model::wire::{Figure, FigureData};
use model::{Device, Limits, Plan};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn kind(figure: &Figure) -> &'static str {
    match figure.data {
        FigureData::Line { .. } => "line",
        FigureData::Scatter { .. } => "scatter",
        FigureData::Heatmap { .. } => "heatmap",
        FigureData::Tensor { .. } => "tensor",
        FigureData::Table { .. } => "table",
        FigureData::Scalars { .. } => "scalars",
    }
}

fn key_of(figure: &Figure) -> FigureKey {
    FigureKey { name: figure.name.clone(), prompt: figure.prompt, kind: kind(figure) }
}

#[test]
fn the_figures_of_an_experiment_are_known_before_it_runs_and_each_has_its_program() {
    let checkpoint = run::open("gpt2");
    for processing in PROCESSINGS {
        for expected in expected::figures("gpt2", processing).experiments {
            let plan =
                Plan::new(&checkpoint, &expected.experiment, &Limits::default(), &Device::Cpu).unwrap();
            let foretold = snippet::figures(&plan.experiment);
            let outcome = run::run(&checkpoint, &expected.experiment);
            let sorted = |keys: &mut dyn Iterator<Item = FigureKey>| {
                let mut keys: Vec<_> = keys.collect();
                keys.sort_by(|a, b| (&a.name, a.prompt).cmp(&(&b.name, b.prompt)));
                keys
            };
            assert_eq!(
                sorted(&mut foretold.iter().cloned()),
                sorted(&mut outcome.figures.iter().map(key_of)),
                "{}",
                expected.experiment.analysis.kind()
            );
            for key in foretold {
                let code = snippet::snippet(&plan.experiment, &plan.started, &key.name, key.prompt).unwrap();
                assert!(code.contains("\nvalues = ") || code.contains("\nvalues, "), "{}: {code}", key.name);
                assert!(code.contains("\nMODEL = \"gpt2\""), "{code}");
            }
            assert_eq!(snippet::snippet(&plan.experiment, &plan.started, "nothing", None), None);
        }
    }
}

#[test]
fn the_goldens_were_made_by_the_programs_as_they_are() {
    let made: BTreeMap<String, String> =
        serde_json::from_slice(&std::fs::read(expected::folder().join("snippets.json")).unwrap()).unwrap();
    let pieces = expected::folder().join("../../model/src/snippet/python");
    let now: BTreeMap<String, String> = python_files(&pieces)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&pieces).unwrap().to_str().unwrap().replace('\\', "/");
            let hash = Sha256::digest(std::fs::read(&path).unwrap());
            (name, hash.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
        })
        .collect();
    let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&now), names(&made), "pieces came or went: run tests/golden/make.py");
    for (name, hash) in now {
        assert_eq!(hash, made[&name], "{name} has changed: run tests/golden/make.py");
    }
}

fn python_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(python_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
    files
}
