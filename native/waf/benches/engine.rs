//! What a request costs with the core rule set 3.3.4, engine alone.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use hcc_waf::Verdict;
use hcc_waf::engine::{Around, Engine, Policy, PolicyText, compile};
use hcc_waf::seclang::{Files, load};
use requests::{cases, once};
use std::path::Path;
use std::sync::Arc;

mod requests;

fn bench(c: &mut Criterion) {
    let rules = std::env::var("HCC_CRS_RULES").unwrap_or_else(|_| "/usr/share/modsecurity-crs/rules".to_owned());
    if !Path::new(&rules).is_dir() {
        eprintln!("skipped: no rules at {rules} (HCC_CRS_RULES)");
        return;
    }
    let program = load(&Files, &["/etc/modsecurity/crs/crs-setup.conf", &format!("{rules}/*.conf")]).unwrap();
    let engine = Arc::new(Engine::new(compile(program).unwrap(), Around::default()));
    for paranoia in [1, 4] {
        let text = PolicyText { paranoia: Some(paranoia), inbound_threshold: (paranoia > 1).then_some(100_000), ..PolicyText::default() };
        let policy = Arc::new(Policy::compile(&text, &engine.rules).unwrap().settled(&engine.rules));
        for case in cases() {
            for number in 0..1000 {
                let (verdict, events) = once(&engine, &policy, &case, number);
                // At level 4 everything is looked at, and nothing ended, so that times compare.
                assert_eq!(verdict != Verdict::Pass, case.blocked && paranoia == 1, "{}: {verdict:?}, {events} events", case.name);
            }
            let mut number = 0;
            c.bench_function(&format!("paranoia {paranoia}: {}", case.name), |b| {
                b.iter(|| {
                    number += 1;
                    once(&engine, &policy, &case, number)
                });
            });
        }
    }
}

criterion_group! {
    name = engine;
    config = Criterion::default().sample_size(50).measurement_time(std::time::Duration::from_secs(2));
    targets = bench
}
criterion_main!(engine);
