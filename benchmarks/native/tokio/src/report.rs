//! The JSON of a bench program, see benchmarks/README.md, and a table.

use std::fs::File;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::harness::State;
use crate::options::{refuse, settings, UNUSABLE};

pub struct Report {
    entries: Vec<String>,
    skipped: Vec<String>,
    failed: bool,
}

/// The text of a JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out += &format!("\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Of tokio, as Cargo.lock has it.
fn version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let after = lock.split("name = \"tokio\"").nth(1).unwrap_or("");
    after.split('"').nth(1).unwrap_or("unknown")
}

/// Seconds since 1970 as ISO 8601, UTC.
fn date(seconds: u64) -> String {
    let (days, rest) = ((seconds / 86400) as i64, seconds % 86400);
    // Years start in March here, so a leap day is a year's last day.
    let z = days + 719468;
    let (era, of_era) = (z / 146097, z % 146097);
    let year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = ((month + 2) % 12 + 1, i64::from(month >= 10));
    format!(
        "{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}+00:00",
        era * 400 + year + carry,
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

fn context() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let texts = [
        ("date", date(now.map_or(0, |t| t.as_secs()))),
        ("assay_bench", "1".to_string()),
        ("runtime", "tokio".to_string()),
        ("version", version().to_string()),
        ("model", "N:M".to_string()),
        ("procs", settings().procs.to_string()),
        ("tiny", u8::from(settings().tiny).to_string()),
    ];
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    texts.iter().fold(format!("\"num_cpus\": {cpus}"), |all, (key, text)| {
        format!("{all}, \"{key}\": {}", quoted(text))
    })
}

fn entry(s: &State) -> String {
    let name = quoted(s.workload.name);
    let mut e = format!(
        "\"name\": {name}, \"run_name\": {name}, \
         \"run_type\": \"iteration\", \"repetitions\": 1, \
         \"repetition_index\": 0, \"threads\": 1"
    );
    if let Some(error) = &s.error {
        return e
            + ", \"error_occurred\": true, \"error_message\": "
            + &quoted(error);
    }
    let (n, real) = (s.n as f64, s.real as f64);
    e += &format!(
        ", \"iterations\": {}, \"real_time\": {}, \"cpu_time\": {}, \
         \"time_unit\": \"ns\", \"items_per_second\": {}",
        s.n,
        real / n,
        s.cpu as f64 / n,
        s.items as f64 * 1e9 / real
    );
    for (name, value) in &s.counters {
        e += &format!(", {}: {value}", quoted(name));
    }
    e
}

/// One line of the table: the time of an item, then what was counted.
fn line(s: &State) -> String {
    if let Some(text) = s.skip.as_ref().or(s.error.as_ref()) {
        return text.clone();
    }
    let time = format!("{:14.1} ns", s.real as f64 / s.items as f64);
    s.counters
        .iter()
        .fold(time, |all, (name, value)| format!("{all} {name}={value:.4}"))
}

fn open(path: &str) -> File {
    File::create(path)
        .unwrap_or_else(|e| refuse(UNUSABLE, &format!("{path}: {e}")))
}

/// Ends the program if the results could not be written.
pub fn check_writable() {
    if let Some(path) = settings().json.as_deref().filter(|p| *p != "-") {
        open(path);
    }
}

impl Report {
    pub fn new() -> Report {
        Report { entries: vec![], skipped: vec![], failed: false }
    }

    pub fn add(&mut self, mut s: State) {
        // A share of nothing is no number of JSON.
        if s.skip.is_none() && (s.real <= 0 || s.items <= 0) {
            s.fail("it measured nothing".to_string());
        }
        if let Some(reason) = &s.skip {
            let name = quoted(s.workload.name);
            let reason = quoted(reason);
            self.skipped
                .push(format!("\"name\": {name}, \"reason\": {reason}"));
        } else {
            self.entries.push(entry(&s));
            self.failed |= s.error.is_some();
        }
        if settings().json.as_deref() != Some("-") {
            println!("{:<44} {}", s.workload.name, line(&s));
        }
    }

    /// Writes the JSON; whether a workload failed.
    pub fn finish(self) -> bool {
        let list = |entries: &[String]| {
            let lines: Vec<_> =
                entries.iter().map(|e| format!("\n    {{{e}}}")).collect();
            lines.join(",")
        };
        let text = format!(
            "{{\n  \"context\": {{{}}},\n  \"benchmarks\": [{}\n  ],\n  \
             \"skipped\": [{}\n  ]\n}}\n",
            context(),
            list(&self.entries),
            list(&self.skipped)
        );
        let written = match settings().json.as_deref() {
            None => Ok(()),
            Some("-") => std::io::stdout().write_all(text.as_bytes()),
            Some(path) => open(path).write_all(text.as_bytes()),
        };
        if let Err(e) = written {
            refuse(UNUSABLE, &format!("cannot write the results: {e}"));
        }
        self.failed
    }
}
