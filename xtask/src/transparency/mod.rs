//! `cargo xtask transparency`: real crates with an attribute on every function, beside the same crates without.
//!
//! Owns the order of the work on one crate: fetch, copy, build and test as it is; annotate, build and test again;
//! compare. It works below `target` and changes nothing else.

mod attribute;
mod blame;
mod build;
mod cfg;
mod copy;
mod diagnostics;
mod functions;
mod outcomes;
mod package;
mod pinned;
mod probe;
mod report;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use self::attribute::Attribute;
use self::blame::Trial;
use self::build::{Bench, Build};
use self::cfg::Configuration;
use self::copy::{Extra, Site, Sources};
use self::outcomes::Outcomes;
use self::pinned::Pinned;
use self::report::{Report, Run};
use crate::process;
use crate::terminal;
use crate::workspace::Workspace;

/// Where everything happens.
const FOLDER: &str = "target/transparency";

/// What is asked for.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Crates of the pinned list, or any as NAME@VERSION; without one, the whole list.
    #[arg(value_name = "CRATE")]
    crates: Vec<String>,
    /// The attribute on every function.
    #[arg(long, value_enum, default_value = "emits")]
    with: Attribute,
    /// Run the tests without a bus, with one installed, or both. Other attributes than ours have no bus.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "off,on")]
    bus: Vec<Bus>,
    /// How long one crate may take.
    #[arg(long, default_value_t = 15)]
    minutes: u64,
    /// Print JSON, a crate a line, in place of the table.
    #[arg(long)]
    json: bool,
}

/// Whether events have somewhere to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bus {
    Off,
    On,
}

/// The command; whether every crate was the same with the attribute.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let mut crates = Vec::new();
    for wanted in &options.crates {
        let Some(found) = pinned::find(wanted) else {
            bail!("{wanted} is not on the pinned list; name any crate as {wanted}@VERSION");
        };
        crates.push(found);
    }
    if crates.is_empty() {
        crates = pinned::all();
    }
    let mut reports = Vec::new();
    let mut is_good = true;
    for pinned in &crates {
        match measure(workspace, options, pinned) {
            Ok(report) => {
                is_good &= report.is_transparent();
                eprint!("{}", report.findings());
                if options.json {
                    println!("{}", serde_json::to_string(&report)?);
                }
                reports.push(report);
            }
            Err(error) => {
                is_good = false;
                eprintln!(
                    "  {} {} {}: {error:#}",
                    terminal::bad("error:"),
                    pinned.name,
                    pinned.version
                );
            }
        }
    }
    if !options.json {
        print!("{}", report::table(&reports));
    }
    Ok(is_good)
}

/// Everything about one crate.
fn measure(workspace: &Workspace, options: &Options, pinned: &Pinned<'_>) -> Result<Report> {
    let start = Instant::now();
    progress(format_args!("{} {}: fetch", pinned.name, pinned.version));
    let pair = Pair::make(workspace, options.with, pinned)?;
    let bench = Bench {
        workspace,
        targets: workspace.path(FOLDER).join("target"),
        features: pinned.features,
        exhaustive: pinned.exhaustive,
        deadline: start + Duration::from_secs(options.minutes * 60),
    };

    progress(format_args!("  as it is"));
    let baseline = bench.build(&pair.plain)?;
    if !baseline.is_success {
        bail!("does not build as it is:\n{}", blame::words(&baseline));
    }
    let expected = bench.test(&pair.plain, None)?;
    let edition = edition(&pair.plain)?;
    let mut sources = baseline.sources(&pair.plain)?;
    sources.is_edition_2015 = edition == "2015";

    let found = sites(&pair.plain, &sources, &configuration(workspace, &baseline)?)?;
    let (sites, excluded): (Vec<_>, Vec<_>) = found.into_iter().partition(|site| site.function.excluded.is_none());
    progress(format_args!(
        "  with {} on {} functions",
        options.with.name(),
        sites.len()
    ));
    copy::make_again(&pair.plain, &pair.annotated, &sources)?;
    let trial = Trial {
        bench: &bench,
        plain: &pair.plain,
        folder: &pair.annotated,
        attribute: options.with,
        sources: &sources,
    };
    let (built, broken) = trial.build(&sites)?;
    let before = diagnostics::warnings(&baseline.diagnostics);
    let after = diagnostics::warnings(&built.diagnostics);
    Ok(Report {
        name: pinned.name.to_owned(),
        version: pinned.version.to_owned(),
        edition,
        attribute: options.with,
        functions: sites.len() + excluded.len(),
        annotated: sites.len() - broken.len(),
        excluded: reasons(&excluded),
        broken,
        new_warnings: after.difference(&before).cloned().collect(),
        lost_warnings: before.difference(&after).cloned().collect(),
        tests: expected.len(),
        left_out: pinned.exhaustive,
        runs: run_tests(&bench, &pair, &expected, &buses(options))?,
        seconds: start.elapsed().as_secs(),
    })
}

/// The two copies of a package that are compared.
struct Pair {
    plain: PathBuf,
    annotated: PathBuf,
}

impl Pair {
    /// Fetches the package, and makes the first copy of it.
    fn make(workspace: &Workspace, attribute: Attribute, pinned: &Pinned<'_>) -> Result<Self> {
        let work = workspace.path(FOLDER);
        let own = work.join(format!("{}-{}", pinned.name, pinned.version));
        let plain = own.join(format!("plain-{}", attribute.name()));
        let package = package::fetch(workspace, &own.join("fetch"), pinned)?;
        let event_core = workspace.path("event-core");
        let extra = Extra {
            event_core: &event_core,
            probe: &probe::write(&work, &event_core)?,
            attribute,
        };
        copy::make(&package, &plain, pinned, &extra)?;
        // The versions of what event-core stands on, so that it is built once for all crates.
        if !plain.join("Cargo.lock").exists() {
            fs::copy(workspace.path("Cargo.lock"), plain.join("Cargo.lock")).context("cannot copy Cargo.lock")?;
        }
        Ok(Self {
            plain,
            annotated: own.join(attribute.name()),
        })
    }
}

/// What `#[cfg]` asks for in a build that has happened.
fn configuration(workspace: &Workspace, build: &Build) -> Result<Configuration> {
    let printed = process::stdout_of(&mut workspace.command("rustc", &["--print", "cfg"]))?;
    let mut configuration = Configuration::new(&printed);
    configuration.extend(build.cfgs.iter().cloned());
    Ok(configuration)
}

fn buses(options: &Options) -> Vec<Bus> {
    match options.with {
        Attribute::Emits => options.bus.clone(),
        Attribute::Tracing | Attribute::Fastrace => vec![Bus::Off],
    }
}

/// Runs the tests of the annotated copy, without and with a bus.
fn run_tests(bench: &Bench<'_>, pair: &Pair, expected: &Outcomes, buses: &[Bus]) -> Result<Vec<Run>> {
    let path = pair.annotated.with_extension("events");
    let mut runs = Vec::new();
    for bus in buses {
        progress(format_args!("  tests, bus {bus:?}"));
        let report = (*bus == Bus::On).then_some(path.as_path());
        let outcomes = bench.test(&pair.annotated, report)?;
        let mut differences = outcomes::differences(expected, &outcomes);
        // Some crates test with random values or by the clock: what differs counts if it differs again.
        if !differences.is_empty() {
            let expected = bench.test(&pair.plain, None)?;
            let again = outcomes::differences(&expected, &bench.test(&pair.annotated, report)?);
            differences.retain(|difference| again.contains(difference));
        }
        runs.push(Run {
            events: report.map(probe::read).transpose()?,
            failed: outcomes.failed(),
            differences,
        });
    }
    Ok(runs)
}

fn sites(folder: &Path, sources: &Sources, configuration: &Configuration) -> Result<Vec<Site>> {
    let mut sites = Vec::new();
    for file in &sources.files {
        let text = fs::read_to_string(folder.join(file)).with_context(|| format!("cannot read {}", file.display()))?;
        match functions::find(&text, configuration) {
            Ok(found) => sites.extend(found.into_iter().map(|function| Site {
                file: file.clone(),
                function,
            })),
            // Such a file is a fragment, taken in by `include!`.
            Err(error) => progress(format_args!("  {} is left as it is: {error}", file.display())),
        }
    }
    Ok(sites)
}

fn reasons(excluded: &[Site]) -> BTreeMap<&'static str, usize> {
    let mut reasons = BTreeMap::new();
    for exclusion in excluded.iter().filter_map(|site| site.function.excluded) {
        *reasons.entry(exclusion.reason()).or_default() += 1;
    }
    reasons
}

fn edition(folder: &Path) -> Result<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("edition = "));
    Ok(line.unwrap_or("2015").trim_matches('"').to_owned())
}

fn progress(what: std::fmt::Arguments<'_>) {
    eprintln!("{what}");
}
