//! placeholder
pub struct Runner;
pub struct Outcome;
