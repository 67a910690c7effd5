//! A secret cannot be printed or written as JSON.

use zelo::secret::Secret;

fn main() {
    let secret = Secret::new("hunter2");
    println!("{secret}");
    let _ = serde_json::to_string(&secret);
}
