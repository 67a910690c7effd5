//! The engine against real servers: the lab's containers of 15 and 17.

mod contract;
mod crash;
mod digest;
mod restore;
mod rig;
mod way;
