//! The whole of the pages and the API in one process, on a database of its own: two
//! projects, somebody of each role in either, and what each of them is answered.

mod backup_now;
mod bad_values;
mod browse;
mod bulk;
mod changes;
mod choices;
mod damaged;
mod download;
mod flashes;
mod https;
mod instance_changes;
mod instances;
mod language;
mod lists;
mod mails;
mod manage;
mod overview;
mod pages;
mod people;
mod pictured;
mod prefix;
mod ready;
mod report;
mod restore;
mod rights;
mod running;
mod sign_in;
mod site;
mod slow;
mod stream;
mod tenancy;
mod tokens;
mod ways_out;
mod who;

pub(in crate::web) use site::{Ask, Person, Reply, TestSite};
