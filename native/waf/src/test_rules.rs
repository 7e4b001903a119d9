//! Where tests and benches find rule sets that are not part of the project.

use std::path::Path;

/// Name of the environment variable, default folder, and the fewest rules in the set.
pub const SETS: &[(&str, &str, usize)] =
    &[("HCC_CRS_RULES", "/usr/share/modsecurity-crs/rules", 600), ("HCC_CRS4", "../../../shared/data/crs-4.28.0/rules", 600)];

/// The files to load for a set, or nothing (and a line that says so) when it is absent.
pub fn files(variable: &str, default: &str) -> Option<Vec<String>> {
    let folder = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    if !Path::new(&folder).is_dir() {
        eprintln!("skipped: no rules at {folder} ({variable})");
        return None;
    }
    let setups = ["/etc/modsecurity/crs/crs-setup.conf".to_owned(), format!("{folder}/../crs-setup.conf.example")];
    let setup = if variable == "HCC_CRS4" { &setups[1] } else { &setups[0] };
    Some(vec![setup.clone(), format!("{folder}/*.conf")])
}
