//! The engine against real servers: the lab's containers of 15 and 17.

mod crash;
mod digest;
mod in_place;
mod memory;
mod restore;
mod rig;
mod way;
