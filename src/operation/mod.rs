//! Operations: one file for each kind, inspect → plan → enqueue, composed from steps.
