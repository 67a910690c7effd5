//! What only containers can do to us.
