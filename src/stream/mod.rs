//! Bytes in motion: digest, compression, counting, in one pass and bounded memory.
