//! The panel in a real browser: Chromium without a screen, driven as a person would
//! drive it, against the real binary. Every story has a server, a data folder and a
//! browser of its own; what the pages say is compared with what lies in the
//! databases and on the disk.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)] // a test that cannot go on says so

mod support;

#[path = "browser/axe.rs"]
mod axe;
#[path = "browser/bulk.rs"]
mod bulk;
#[path = "browser/chromium.rs"]
mod chromium;
#[path = "browser/hands.rs"]
mod hands;
#[path = "browser/instance.rs"]
mod instance;
#[path = "browser/line.rs"]
mod line;
#[path = "browser/main_path.rs"]
mod main_path;
#[path = "browser/pages.rs"]
mod pages;
#[path = "browser/person.rs"]
mod person;
#[path = "browser/screenshots.rs"]
mod screenshots;
#[path = "browser/shop.rs"]
mod shop;
#[path = "browser/site.rs"]
mod site;
#[path = "browser/states.rs"]
mod states;
#[path = "browser/together.rs"]
mod together;
#[path = "browser/upload.rs"]
mod upload;
#[path = "browser/whole.rs"]
mod whole;
