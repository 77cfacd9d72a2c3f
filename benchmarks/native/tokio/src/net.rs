//! TCP echo: a task for each end of each connection.

use std::io::Result;
use std::process::{Child, Command};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::harness::{State, Workload};
use crate::options::settings;
use crate::workload;

const MOST_BYTES: usize = 4096;
const PATIENCE: Duration = Duration::from_secs(10); // the load may have failed

/// A task for one end; gives the messages it echoed or had echoed.
type End = JoinHandle<Result<i64>>;

async fn echo(mut conn: TcpStream, size: usize) -> Result<i64> {
    let mut buf = [0; MOST_BYTES];
    let mut total = 0;
    loop {
        let got = conn.read(&mut buf).await?;
        if got == 0 {
            break;
        }
        total += got;
        conn.write_all(&buf[..got]).await?;
    }
    Ok((total / size) as i64)
}

async fn call(
    mut conn: TcpStream,
    mut gate: watch::Receiver<()>,
    size: usize,
    messages: i64,
) -> Result<i64> {
    let (mut sent, mut got) = ([0; MOST_BYTES], [0; MOST_BYTES]);
    let (sent, got) = (&mut sent[..size], &mut got[..size]);
    let _ = gate.changed().await;
    for i in 0..messages {
        sent.fill(i as u8);
        conn.write_all(sent).await?;
        conn.read_exact(got).await?;
        if sent != got {
            return Ok(i);
        }
    }
    Ok(messages)
}

/// Accepts one connection and starts its echo.
async fn accept(listener: &TcpListener, size: usize) -> Result<End> {
    let (conn, _) = tokio::time::timeout(PATIENCE, listener.accept()).await??;
    Ok(tokio::spawn(echo(conn, size)))
}

/// Waits for the ends and checks that they had all the messages.
async fn join(s: &mut State, ends: Vec<End>) {
    let mut messages = 0;
    for end in ends {
        match end.await.unwrap() {
            Ok(n) => messages += n,
            Err(e) => s.fail(format!("a connection: {e}")),
        }
    }
    s.expect("number of messages", messages, s.n);
}

fn finish(s: &mut State, tasks: i64) {
    let n = s.n as f64;
    s.finish(s.n, tasks, s.n);
    s.counter("cpu_ns_per_item", s.cpu as f64 / n);
    s.counter("requests_per_second", n * 1e9 / s.real as f64);
}

// ---- measuring -------------------------------------------------------------

/// The servers' ends, the clients' ends, and the gate they wait at.
async fn connect(s: &State) -> Result<(Vec<End>, Vec<End>, watch::Sender<()>)> {
    let (conns, size) = (s.size(0, 100), s.args[1] as usize);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (gate, wait) = watch::channel(());
    let (mut serving, mut calling) = (Vec::new(), Vec::new());
    for i in 0..conns {
        let messages = s.n / conns + i64::from(i < s.n % conns);
        let conn = TcpStream::connect(address).await?;
        calling.push(tokio::spawn(call(conn, wait.clone(), size, messages)));
        serving.push(accept(&listener, size).await?);
    }
    Ok((serving, calling, gate))
}

async fn both_ends(s: &mut State) {
    let (serving, calling, gate) = match connect(s).await {
        Ok(all) => all,
        Err(e) => return s.fail(format!("connecting: {e}")),
    };
    let conns = serving.len() as i64;
    s.begin();
    drop(gate);
    join(s, calling).await;
    join(s, serving).await;
    s.end();
    finish(s, 2 * conns);
}

/// The load generator; None and a skip if it cannot be started.
fn start_load(s: &mut State, port: u16) -> Option<Child> {
    let child = Command::new(&settings().load)
        .args(
            [i64::from(port), s.args[0], s.args[1], s.n].map(|n| n.to_string()),
        )
        .spawn();
    if child.is_err() {
        s.skip = Some(format!("cannot start {}", settings().load));
    }
    child.ok()
}

async fn listen() -> Result<(TcpListener, u16)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

async fn server_only(s: &mut State) {
    let (conns, size) = (s.args[0], s.args[1] as usize);
    let (listener, port) = match listen().await {
        Ok(both) => both,
        Err(e) => return s.fail(format!("listen: {e}")),
    };
    let Some(mut load) = start_load(s, port) else { return };
    let mut serving = Vec::new();
    s.begin();
    for _ in 0..conns {
        match accept(&listener, size).await {
            Ok(end) => serving.push(end),
            Err(e) => {
                s.fail(format!("accept: {e}"));
                let _ = load.kill();
                break;
            }
        }
    }
    join(s, serving).await;
    s.end();
    if !load.wait().is_ok_and(|status| status.success()) {
        s.fail("the load generator failed".to_string());
    }
    finish(s, conns);
}

pub const WORKLOADS: &[Workload] = &[
    workload!("net/echo/conns:100/bytes:64", both_ends),
    workload!("net/serve/conns:100/bytes:64", server_only),
];
