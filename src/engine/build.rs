//! Checks that the libtorch to link fits, and tells the linker where the engine's programs and tests find it when they
//! run: with no environment variable set, and whatever `LD_LIBRARY_PATH` says, since another libtorch would not fit.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// One function of libc10 takes a `std::string` by reference; its mangled name tells which of the two C++ ABIs it has.
const OLD_ABI: &[u8] = b"_ZN3c106detail14torchCheckFailEPKcS2_jRKSs";
const NEW_ABI: &[u8] = b"_ZN3c106detail14torchCheckFailEPKcS2_jRKNSt7__cxx1112basic_string";

fn main() {
    for variable in ["LIBTORCH", "LIBTORCH_LIB", "LIBTORCH_CXX11_ABI"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    // As torch-sys reads them. Neither is set when the build takes a libtorch of the system, which needs no help.
    let Some(libtorch) = env::var_os("LIBTORCH_LIB").or_else(|| env::var_os("LIBTORCH")).map(PathBuf::from)
    else {
        return;
    };
    let linux = env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux");
    if linux && let Err(fault) = check(&libtorch.join("lib/libc10.so")) {
        println!("cargo::error={fault}");
        return;
    }
    if linux {
        // DT_RPATH: looked up before LD_LIBRARY_PATH, and for the libraries that libtorch itself needs too.
        println!("cargo::rustc-link-arg=-Wl,--disable-new-dtags");
    }
    rpath(&libtorch.join("lib").display().to_string());
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if linux && same_folder(&libtorch, &checkout.join(".libtorch")) {
        // The checkout may move, with its programs in target/release and its tests in target/release/deps.
        rpath("$ORIGIN/../../.libtorch/lib");
        rpath("$ORIGIN/../../../.libtorch/lib");
    }
}

/// A wrong ABI would otherwise show as hundreds of undefined symbols at link time.
fn check(libc10: &Path) -> Result<(), String> {
    let shown = libc10.display();
    let bytes = fs::read(libc10).map_err(|fault| {
        format!("{shown}: {fault}. Run scripts/setup, or set LIBTORCH to a libtorch 2.4.0")
    })?;
    println!("cargo::rerun-if-changed={shown}");
    let contains = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    let needed = if contains(OLD_ABI) {
        "0"
    } else if contains(NEW_ABI) {
        "1"
    } else {
        return Ok(());
    };
    let chosen = env::var("LIBTORCH_CXX11_ABI").unwrap_or_else(|_| "1".into());
    if chosen != needed {
        let remedy = "scripts/detente and scripts/test set it by themselves";
        return Err(format!("{shown} needs LIBTORCH_CXX11_ABI={needed}, but it is {chosen}. {remedy}"));
    }
    Ok(())
}

fn rpath(folder: &str) {
    println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
}

fn same_folder(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
