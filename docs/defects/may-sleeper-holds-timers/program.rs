use may::{config, coroutine, go};
use std::time::{Duration, Instant};

fn main() {
    config().set_workers(2);
    go!(|| {
        coroutine::sleep(Duration::from_millis(10));
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(1) {}
    });
    let begin = Instant::now();
    go!(move || {
        coroutine::sleep(Duration::from_millis(50));
        let late = begin.elapsed() > Duration::from_millis(900);
        println!("50 ms were {:?}, late: {late}", begin.elapsed());
    })
    .join()
    .unwrap();
}
