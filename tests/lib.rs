//! Nothing: what this package has is its tests.
