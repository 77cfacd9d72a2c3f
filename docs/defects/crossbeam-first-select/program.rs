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
