//! Tells the linker where the engine's programs and tests find libtorch when they run: with no environment variable set,
//! and whatever `LD_LIBRARY_PATH` says, since another libtorch there would not fit.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    for variable in ["LIBTORCH", "LIBTORCH_LIB"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    // As torch-sys reads them. Neither is set when the build takes a libtorch of the system, which needs no help.
    let Some(libtorch) = env::var_os("LIBTORCH_LIB").or_else(|| env::var_os("LIBTORCH")).map(PathBuf::from) else {
        return;
    };
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    rpath(&libtorch.join("lib").display().to_string());
    if same_folder(&libtorch, &checkout.join(".libtorch")) {
        // The checkout may move, with its programs in target/release and its tests in target/release/deps.
        rpath("$ORIGIN/../../.libtorch/lib");
        rpath("$ORIGIN/../../../.libtorch/lib");
    }
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // DT_RPATH: looked up before LD_LIBRARY_PATH, and for the libraries that libtorch itself needs too.
        println!("cargo::rustc-link-arg=-Wl,--disable-new-dtags");
    }
}

fn rpath(folder: &str) {
    println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
}

fn same_folder(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
