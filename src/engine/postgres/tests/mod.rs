//! The engine against real servers: the lab's containers of 15 and 17.

mod backup;
mod contract;
mod crash;
mod digest;
mod encodings;
mod held;
mod in_place;
mod load;
mod restore;
mod rig;
mod settings;
mod shape;
mod swap;
mod way;
