//! What leaves Zelo for people who are not looking at it. So far e-mail. A door hands
//! over sentences; they become text here, in the reader's language.

pub mod mail;
