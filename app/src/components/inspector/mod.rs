//! The inspector of one head.
