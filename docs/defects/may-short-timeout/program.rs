use may::go;
use may::sync::mpsc;
use std::time::{Duration, Instant};

fn main() {
    let (done, is_done) = std::sync::mpsc::channel();
    go!(move || {
        let (_sender, receiver) = mpsc::channel::<i32>();
        let begin = Instant::now();
        let _ = receiver.recv_timeout(Duration::from_micros(900));
        done.send(begin.elapsed()).unwrap();
    });
    match is_done.recv_timeout(Duration::from_secs(2)) {
        Ok(t) => println!("0.9 ms were {t:?}"),
        Err(_) => println!("0.9 ms are not over after 2 s"),
    }
}
