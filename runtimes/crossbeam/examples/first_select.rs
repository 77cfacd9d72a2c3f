//! A defect of crossbeam-channel that litmus programs showed: of two channels
//! that are both ready, "a random one" is selected, but the first select of
//! each thread always takes the same, since its generator begins with the same
//! number in every thread.
//!
//!     cargo run --example first_select

use crossbeam_channel::{bounded, select};

fn main() {
    let (mut first, mut second) = (0, 0);
    for _ in 0..1000 {
        let ((send, a), (other, b)) = (bounded(1), bounded(1));
        send.send(()).unwrap();
        other.send(()).unwrap();
        let thread = std::thread::spawn(move || {
            select! {
                recv(a) -> _ => true,
                recv(b) -> _ => false,
            }
        });
        match thread.join().unwrap() {
            true => first += 1,
            false => second += 1,
        }
    }
    println!("of 1000 threads {first} took the first, {second} the second");
}
