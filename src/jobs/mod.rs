//! The queue, the reconciler, the leases: what makes operations run without anyone watching.
