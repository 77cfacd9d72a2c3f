use may::{config, coroutine, go};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

fn main() {
    config().set_workers(1);
    go!(|| {
        static RAN: AtomicBool = AtomicBool::new(false);
        go!(|| RAN.store(true, SeqCst));
        let begin = Instant::now();
        let mut yields = 0u64;
        while !RAN.load(SeqCst) && begin.elapsed() < Duration::from_secs(1) {
            coroutine::yield_now();
            yields += 1;
        }
        println!("{yields} yields: the child has run: {}", RAN.load(SeqCst));
    })
    .join()
    .unwrap();
}
