//! Settings from file, environment and flags, validated at start with all errors at once.
