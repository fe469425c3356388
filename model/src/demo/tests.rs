//! The sibling is the model and its change, and nothing else.

use super::*;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};

fn halves(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()).collect()
}

fn file(tensors: &[(&str, Vec<usize>, &[f32])]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|(_, _, values)| halves(values)).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        ((*name).to_owned(), TensorView::new(Dtype::F16, shape.clone(), bytes).unwrap())
    });
    serialize(views, None).unwrap()
}

#[test]
fn a_product_is_added_to_the_matrix_it_is_named_after() {
    let weights = file(&[("w", vec![2, 3], &[1.0; 6]), ("b", vec![2], &[5.0, 6.0])]);
    let change = file(&[("w.out", vec![2, 1], &[1.0, -2.0]), ("w.in", vec![1, 3], &[0.0, 0.5, 1.0])]);
    let sum = change::add(&weights, &change).unwrap();
    let sum = SafeTensors::deserialize(&sum).unwrap();
    assert_eq!(sum.tensor("w").unwrap().data(), halves(&[1.0, 1.5, 2.0, 1.0, 0.0, -1.0]));
    assert_eq!(sum.tensor("b").unwrap().data(), halves(&[5.0, 6.0]));
}

#[test]
fn a_change_that_does_not_fit_is_refused() {
    let weights = file(&[("w", vec![2, 3], &[1.0; 6])]);
    for (change, said) in [
        (file(&[("v.out", vec![2, 1], &[1.0; 2]), ("v.in", vec![1, 3], &[1.0; 3])]), "no matrix"),
        (file(&[("w.out", vec![2, 1], &[1.0; 2]), ("w.in", vec![1, 2], &[1.0; 2])]), "another shape"),
        (b"x".to_vec(), ""),
    ] {
        assert!(change::add(&weights, &change).unwrap_err().contains(said));
    }
}

#[test]
fn names_that_are_not_bundled_are_told_which_are() {
    assert!(files("gpt5").unwrap_err().contains("`demo` and `demo-negative` are"));
    let [demo, negative] = BUNDLED.map(|(name, _)| files(name).unwrap());
    assert_eq!(demo[..3], negative[..3]);
    assert_eq!(demo[3].1.len(), negative[3].1.len());
}
