//! An instance: Supabase as people run it on their own servers. What its `.env`
//! says, and what may be written there.

pub mod dotenv;
pub mod keys;
