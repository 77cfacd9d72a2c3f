//! The command line.

use std::ffi::CString;
use std::path::Path;
use std::process::exit;
use std::str::FromStr;
use std::sync::OnceLock;

pub const UNUSABLE: i32 = 2;
pub const NO_MATCH: i32 = 3;
const MOST_PROCS: usize = 1024;
const MOST_SECONDS: f64 = 3600.0;

const HELP: &str = "\
tokio: the workloads of benchmarks/workloads.tsv in Rust

  --procs N            worker threads, 1 to 1024 (1)
  --filter REGEX       only names that match, POSIX extended (all)
  --min-time SECONDS   least time that is measured (0.2)
  --json FILE          results as JSON, - is stdout
  --details DIR        histograms and timelines as files there
  --tiny               a smoke test: sizes are cut
  --list               print the names
  --help

Status: 0 all measured or skipped, 1 one failed, 2 wrong usage, 3 the filter
matches nothing.
";

/// What the command line asked for.
pub struct Settings {
    pub procs: usize,
    pub min_time: f64, // seconds
    pub tiny: bool,
    pub list: bool,
    pub json: Option<String>,
    pub details: Option<String>,
    pub filter: Filter,
    pub load: String, // the load generator's path
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

pub fn settings() -> &'static Settings {
    SETTINGS.get().expect("options are read first")
}

/// One line on stderr, and the end.
pub fn refuse(status: i32, text: &str) -> ! {
    eprintln!("tokio: {}", text.replace('\n', " "));
    exit(status);
}

/// An extended expression of POSIX: libc's.
pub struct Filter(libc::regex_t);

// SAFETY: regexec only reads it, and libc may be called by several threads.
unsafe impl Send for Filter {}
unsafe impl Sync for Filter {}

impl Filter {
    fn new(text: &str) -> Option<Filter> {
        let text = CString::new(text).ok()?;
        let mut compiled = std::mem::MaybeUninit::uninit();
        let flags = libc::REG_EXTENDED | libc::REG_NOSUB;
        // SAFETY: regcomp fills it in if it gives 0.
        unsafe {
            match libc::regcomp(compiled.as_mut_ptr(), text.as_ptr(), flags) {
                0 => Some(Filter(compiled.assume_init())),
                _ => None,
            }
        }
    }

    pub fn matches(&self, name: &str) -> bool {
        let name = CString::new(name).expect("names have no NUL");
        // SAFETY: both are valid; no matches are asked for.
        unsafe {
            libc::regexec(&self.0, name.as_ptr(), 0, std::ptr::null_mut(), 0)
                == 0
        }
    }
}

/// A number that `good` accepts.
fn number<T: FromStr>(option: &str, text: &str, good: fn(&T) -> bool) -> T {
    match text.parse().ok().filter(good) {
        Some(value) => value,
        None => {
            refuse(UNUSABLE, &format!("{option}: not a good number: '{text}'"))
        }
    }
}

/// Beside this program or, as this one is built, a folder above it.
fn find_load() -> String {
    if let Ok(load) = std::env::var("ASSAY_ECHO_LOAD") {
        if !load.is_empty() {
            return load;
        }
    }
    let program = std::env::current_exe().unwrap_or_default();
    let beside = program.with_file_name("echo-load");
    let above = program.with_file_name("../echo-load");
    let found = if beside.exists() { beside } else { above };
    found.to_string_lossy().into_owned()
}

pub fn read() {
    let mut s = Settings {
        procs: 1,
        min_time: 0.2,
        tiny: false,
        list: false,
        json: None,
        details: None,
        filter: Filter::new("").expect("the empty expression"),
        load: find_load(),
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let (option, mut value) = match arg.split_once('=') {
            Some((option, value)) => (option, Some(value.to_string())),
            None => (arg.as_str(), None),
        };
        match option {
            "--tiny" => s.tiny = true,
            "--list" => s.list = true,
            "--help" => {
                print!("{HELP}");
                exit(0);
            }
            "--procs" | "--filter" | "--min-time" | "--json" | "--details" => {
                let value = value.take().or_else(|| args.next());
                let Some(value) = value else {
                    refuse(UNUSABLE, &format!("{option} wants a value"));
                };
                set(&mut s, option, value);
            }
            _ => refuse(UNUSABLE, &format!("what is '{arg}'? see --help")),
        }
        if value.is_some() {
            refuse(UNUSABLE, &format!("{option} takes no value"));
        }
    }
    if s.tiny {
        s.min_time = 0.0001;
    }
    SETTINGS.set(s).ok().expect("read once");
}

fn set(s: &mut Settings, option: &str, value: String) {
    match option {
        "--procs" => {
            s.procs = number(option, &value, |n| (1..=MOST_PROCS).contains(n));
        }
        "--min-time" => {
            s.min_time =
                number(option, &value, |n| *n > 0.0 && *n <= MOST_SECONDS);
        }
        "--json" => s.json = Some(value),
        "--details" => {
            if !Path::new(&value).is_dir() {
                refuse(UNUSABLE, &format!("--details: no directory {value}"));
            }
            s.details = Some(value);
        }
        _ => match Filter::new(&value) {
            Some(filter) => s.filter = filter,
            None => refuse(
                UNUSABLE,
                &format!("--filter '{value}': not a regular expression"),
            ),
        },
    }
}
