//! Counts of nanoseconds in buckets that widen with the value: exact below
//! 256, within 1/128 of the value above.  As in workloads/hist.c.

use std::io::Write;

use crate::harness::State;

const BITS: u32 = 7;
const SUB: i64 = 1 << BITS;
const BUCKETS: usize = (64 - BITS as usize) << BITS;

fn bucket_of(value: i64) -> usize {
    if value < 2 * SUB {
        return value as usize;
    }
    let shift = 63 - value.leading_zeros() - BITS;
    ((shift as usize) << BITS) + (value >> shift) as usize
}

fn upper_end(bucket: usize) -> i64 {
    if (bucket as i64) < 2 * SUB {
        return bucket as i64;
    }
    let shift = (bucket >> BITS) - 1;
    ((((bucket - (shift << BITS) + 1) as u64) << shift) - 1) as i64
}

fn quantile(buckets: &[i64], count: i64, max: i64, q: f64) -> i64 {
    let rank = (q * count as f64).ceil().max(1.0) as i64;
    let mut seen = 0;
    for (i, n) in buckets.iter().enumerate() {
        seen += n;
        if seen >= rank {
            return upper_end(i).min(max);
        }
    }
    max
}

impl State {
    /// Latencies as counters and, among the details, as a file.
    pub fn percentiles(&mut self, latency: &[i64]) {
        let mut buckets = vec![0; BUCKETS];
        let (count, mut max, mut sum) = (latency.len() as i64, 0, 0.0);
        for ns in latency.iter().map(|ns| (*ns).max(0)) {
            buckets[bucket_of(ns)] += 1;
            max = ns.max(max);
            sum += ns as f64;
        }
        self.counter("count", count as f64);
        self.counter("mean_ns", sum / count as f64);
        for (name, q) in [
            ("p50_ns", 0.5),
            ("p90_ns", 0.9),
            ("p99_ns", 0.99),
            ("p999_ns", 0.999),
        ] {
            self.counter(name, quantile(&buckets, count, max, q) as f64);
        }
        self.counter("max_ns", max as f64);
        if let Some(mut file) = self.details(".hist.tsv") {
            for (i, n) in buckets.iter().enumerate().filter(|(_, n)| **n > 0) {
                let _ = writeln!(file, "{}\t{n}", upper_end(i));
            }
        }
    }
}
