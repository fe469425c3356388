//! The figures of a result, one component each.
