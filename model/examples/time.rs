//! temp
#![allow(clippy::all, clippy::pedantic, missing_docs, clippy::unwrap_used)]
use model::*;
use std::sync::Arc;
use std::time::Instant;
fn rss(k: &str) -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with(k))
        .unwrap()
        .to_owned()
}
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let kind = std::env::args().nth(2).unwrap_or(r#"{"kind":"attribution"}"#.into());
    let source = if folder == "demo" { Source::Demo } else { Source::Folder(folder.into()) };
    let t = Instant::now();
    let checkpoint = Arc::new(Checkpoint::open("m", &source).unwrap());
    println!("open {:?}", t.elapsed());
    let e = parse_experiment(
        format!(r#"{{"model":"m","prompts":{{"set":"movie-sentiment"}},"analysis":{kind}}}"#).as_bytes(),
    )
    .unwrap();
    let t = Instant::now();
    let plan = Plan::new(&checkpoint, &e, &Limits::default(), &Device::Cpu).unwrap();
    println!("plan {:?}", t.elapsed());
    let t = Instant::now();
    let model = Arc::new(Transformer::load(&checkpoint, e.processing, &Device::Cpu).unwrap());
    println!("load {:?} {} {} {}", t.elapsed(), rss("RssAnon"), rss("VmHWM"), rss("VmRSS"));
    for _ in 0..3 {
        let t = Instant::now();
        let mut job = plan.job(model.clone()).unwrap();
        let mut n = 0;
        let mut peak = String::new();
        loop {
            let s = Instant::now();
            let step = job.step().unwrap();
            n += 1;
            peak = peak.max(rss("RssAnon"));
            if n < 4 {
                println!("  step {:?}", s.elapsed());
            }
            if step.finished {
                break;
            }
        }
        println!("job {:?} {n} steps {peak} {}", t.elapsed(), rss("VmHWM"));
    }
}
