# shellcheck shell=bash
# Shared by the scripts: where things are, what is missing, how the release is built.
# Everything it says goes to stderr; stdout belongs to the program that runs in the end.

unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "${0##*/}: $*" >&2; }
# Exit code 3: an environment fault, as in the program itself.
die() { say "$@"; exit 3; }

# The stamp that a prepared set must carry: its lines of packages.lock, single-spaced.
stamp_of() {
  local set fields
  while read -ra fields; do
    set=${fields[0]-}
    if [[ $set == "$1" ]]; then printf '%s\n' "${fields[*]}"; fi
  done <"$root/scripts/lib/packages.lock"
}

# in_place SET FOLDER FILE...: the folder carries the set's stamp and has the files. No process is started.
in_place() {
  local set=$1 folder=$root/$2 file
  shift 2
  [[ -f $folder/.stamp ]] || return 1
  for file; do [[ -s $folder/$file ]] || return 1; done
  [[ $(<"$folder/.stamp") == "$(stamp_of "$set")" ]]
}

# fetch_set SET FOLDER FILE...: prepares a set unless it is in place.
fetch_set() {
  local set=$1 folder=$2
  in_place "$@" && return
  # Right stamp but missing files: somebody deleted them.
  rm -f "$root/$folder/.stamp"
  command -v python3 >/dev/null ||
    die "python3 is missing; it fetches $set. Remedy: install Python 3.8 or newer with pip"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' ||
    die "$(python3 --version 2>&1) is too old; Python 3.8 or newer with pip fetches $set"
  python3 "$root/scripts/lib/packages.py" "$set" "$folder" ${keep_packages:+--keep} || exit $?
}

# Prepares .libtorch, or checks the libtorch that LIBTORCH names. Sets libtorch_lib.
prepare_libtorch() {
  # It would make the build take whatever torch the Python at hand has.
  unset LIBTORCH_USE_PYTORCH
  if [[ -n ${LIBTORCH-} && ${LIBTORCH%/} != "$root/.libtorch" && ! $LIBTORCH -ef $root/.libtorch ]]; then
    check_own_libtorch
    return
  fi
  # Unset, so that the build sees the same environment as a plain `cargo build`: .cargo/config.toml names .libtorch.
  unset LIBTORCH LIBTORCH_LIB LIBTORCH_INCLUDE LIBTORCH_CXX11_ABI
  libtorch_lib=$root/.libtorch/lib
  local files=(lib/libtorch_cpu.so lib/libc10.so lib/libtorch.so lib/libcudart.so.12 lib/libcupti.so.12
    include/torch/csrc/api/include/torch/version.h)
  in_place libtorch .libtorch "${files[@]}" && return
  [[ $(uname -sm) == "Linux x86_64" && -e /lib64/ld-linux-x86-64.so.2 ]] ||
    die "no prepared libtorch for this system ($(uname -sm)); packages exist for Linux x86_64 with glibc only." \
      "Remedy: install libtorch 2.4.0 for it and set LIBTORCH to its folder"
  fetch_set libtorch .libtorch "${files[@]}"
}

# Checks that LIBTORCH is a libtorch 2.4 and finds out with which C++ ABI it was built.
check_own_libtorch() {
  local remedy="Remedy: set LIBTORCH to the folder of a libtorch 2.4.0, or unset it to have one prepared"
  [[ -d $LIBTORCH ]] || die "LIBTORCH is $LIBTORCH, which is no folder. $remedy"
  LIBTORCH=$(cd "$LIBTORCH" && pwd)
  libtorch_lib=${LIBTORCH_LIB:-$LIBTORCH}/lib
  local header=${LIBTORCH_INCLUDE:-$LIBTORCH}/include/torch/csrc/api/include/torch/version.h
  local c10 version extension=so
  [[ $(uname -s) == Darwin ]] && extension=dylib
  local file
  for file in "$libtorch_lib/libtorch.$extension" "$libtorch_lib/libtorch_cpu.$extension" "$libtorch_lib/libc10.$extension" "$header"; do
    [[ -s $file ]] || die "LIBTORCH is $LIBTORCH, but ${file} is missing, so it is no complete libtorch. $remedy"
  done
  version=$(sed -n 's/^.*"\([0-9][0-9.]*\).*"$/\1/p' "$header")
  [[ $version == 2.4.* ]] || die "LIBTORCH is $LIBTORCH, a libtorch ${version:-of unknown version}; 2.4.0 is needed. $remedy"
  # torch-sys insists on 2.4.0 exactly; the patch releases have the same interface.
  [[ $version == 2.4.0 ]] || export LIBTORCH_BYPASS_VERSION_CHECK=1
  # One function of libc10 that takes a std::string by reference: its mangled name tells the ABI.
  c10=$libtorch_lib/libc10.$extension
  if grep -qF '_ZN3c106detail14torchCheckFailEPKcS2_jRKSs' "$c10"; then
    LIBTORCH_CXX11_ABI=0
  elif grep -qF '_ZN3c106detail14torchCheckFailEPKcS2_jRKNSt7__cxx1112basic_string' "$c10"; then
    LIBTORCH_CXX11_ABI=1
  elif [[ $extension == dylib ]]; then
    LIBTORCH_CXX11_ABI=1 # libc++ has one ABI; the value is not used.
  else
    die "cannot tell the C++ ABI of $c10. $remedy"
  fi
  export LIBTORCH LIBTORCH_CXX11_ABI
}

# Folder of the built programs: CARGO_TARGET_DIR counts from the caller's folder, as cargo has it.
target_dir() {
  local dir=${CARGO_TARGET_DIR:-${CARGO_BUILD_TARGET_DIR:-$root/target}}
  [[ $dir == /* ]] || dir=$PWD/$dir
  printf '%s' "$dir"
}

check_compilers() {
  command -v cargo >/dev/null ||
    die "cargo is missing. Remedy: install Rust 1.88 or newer (https://rustup.rs) and open a new shell"
  command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null ||
    die "no C compiler. Remedy: install gcc (Debian: apt-get install build-essential)"
  command -v "${CXX:-c++}" >/dev/null || command -v g++ >/dev/null ||
    die "no C++ compiler. Remedy: install g++ (Debian: apt-get install build-essential)"
}

# What a build depends on besides the files: written beside the programs after each good build.
build_stamp() { printf '%s\n' "libtorch ${LIBTORCH-prepared} ${LIBTORCH_CXX11_ABI-} $(stamp_of libtorch)"; }

# The programs are there and no source is newer than the last good build. Deleting or adding a file touches its folder.
build_is_fresh() {
  local release=$1 sources=()
  [[ -x $release/detente && -x $release/detente-engine && -f $release/.detente-build ]] || return 1
  [[ $(<"$release/.detente-build") == "$(build_stamp)" ]] || return 1
  local source
  for source in src data Cargo.toml Cargo.lock .cargo; do
    [[ -e $root/$source ]] && sources+=("$root/$source")
  done
  [[ -z $(find "${sources[@]}" -newer "$release/.detente-build" -print -quit) ]]
}

# Builds the release if a source changed. Sets release, the folder of the programs.
build_release() {
  local target
  target=$(target_dir)
  release=$target/release
  build_is_fresh "$release" && return
  check_compilers
  [[ -x $release/detente ]] || say "building the release; the first time this takes some 7 minutes on two cores"
  mkdir -p "$release"
  # Dated before the build, so that a source edited meanwhile counts as newer.
  build_stamp >"$release/.detente-build.new"
  (cd "$root" && cargo build --release --workspace --locked --target-dir "$target") >&2 ||
    die "the build failed (see above)"
  mv "$release/.detente-build.new" "$release/.detente-build"
}
