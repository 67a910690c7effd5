//! The scripts under every shell a container may call `sh`.
