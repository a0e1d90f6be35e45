#!/bin/sh
# Builds the guests that the examples and tests run, and rewrites CHECKSUMS.
#
#   tests/guests/build.sh debian DIR   with Debian's compilers, unpacked in DIR: the same bytes each time
#   tests/guests/build.sh installed    with rustup's wasm32-wasip2, clang and wasi-libc on the PATH
#
# README.md beside this file says what each needs.
set -eu

guests=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$guests/../.." && pwd)
build=${VIMANA_GUEST_BUILD:-${TMPDIR:-/tmp}/vimana-guests}
cargo_home=${CARGO_HOME:-$HOME/.cargo}
wit_bindgen=0.63.0

fail() {
    echo "build.sh: $*" >&2
    exit 3
}

# Debian's packages conflict with rustup's, so they are unpacked beside them.
unpack_debian() {
    [ -e "$1/complete" ] && return
    mkdir -p "$1/packages" "$1/root"
    (
        cd "$1/packages"
        apt-get download rustc-web libstd-rust-web-dev libstd-rust-web-1.96 rust-web-src libllvm22 \
            clang-19 libclang-cpp19 libllvm19 libclang-common-19-dev libclang1-19 lld-19 \
            libclang-rt-19-dev-wasm32 wasi-libc
        for package in *.deb; do dpkg -x "$package" "$1/root"; done
    )
    touch "$1/complete"
}

rust_debian() { # NAME
    RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none \
        --remap-path-prefix=$guests=guests --remap-path-prefix=$cargo_home=cargo \
        --remap-path-prefix=$usr=usr" \
        LD_LIBRARY_PATH=$usr/lib/x86_64-linux-gnu RUSTC=$usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$rust_lld CARGO_TARGET_DIR=$build/$1 \
        cargo build --quiet --locked --release --manifest-path "$guests/$1/Cargo.toml" \
        -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size \
        --target wasm32-unknown-unknown
    "$build/componentize/debug/componentize" \
        "$build/$1/wasm32-unknown-unknown/release/$1.wasm" "$2"
}

rust_installed() { # NAME COMPONENT
    CARGO_TARGET_DIR=$build/$1 cargo build --quiet --locked --release \
        --manifest-path "$guests/$1/Cargo.toml" --target wasm32-wasip2
    cp "$build/$1/wasm32-wasip2/release/$1.wasm" "$2"
}

c() { # NAME WORLD COMPONENT
    wit=$build/$1/wit
    generated=$build/$1/generated
    rm -rf "$wit" "$generated"
    mkdir -p "$wit/deps/vimana-service" "$generated"
    cp "$guests/$1"/wit/*.wit "$wit/"
    cp "$root/wit/service.wit" "$wit/deps/vimana-service/"
    "$build/tools/bin/wit-bindgen" c "$wit" --world "$2" --out-dir "$generated" >/dev/null

    stem=$(echo "$2" | tr - _)
    (
        cd "$guests/$1"
        # No standard input or output is used, so nothing of WASI is imported.
        $clang --target=wasm32-wasi -mexec-model=reactor -std=c23 -Os -flto -Wall -Wextra -Werror \
            -Wno-unused-parameter -I"$generated" -Isrc src/*.c "$generated/$stem.c" \
            "$generated/${stem}_component_type.o" -Wl,--strip-all -o "$build/$1/$1.wasm"
    )
    "$build/componentize/debug/componentize" "$build/$1/$1.wasm" "$3"
}

# As README.md defines them.
digest_sources() { # NAME
    (cd "$guests/$1" && find * -type f -not -path 'target/*' | LC_ALL=C sort | xargs sha256sum) | sha256sum | cut -d' ' -f1
}

checksum() { # NAME COMPONENT
    printf '%s %s %s %s\n' "$1" "$(digest_sources "$1")" \
        "$(sha256sum <"$root/$2" | cut -d' ' -f1)" "$2"
}

case "${1:-}" in
debian)
    [ $# -eq 2 ] || fail "expected: build.sh debian DIR"
    mkdir -p "$2"
    toolchain=$(CDPATH='' cd -- "$2" && pwd)
    unpack_debian "$toolchain"
    usr=$toolchain/root/usr
    rust_lld=$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
    clang="env LD_LIBRARY_PATH=$usr/lib/x86_64-linux-gnu PATH=$usr/bin:$PATH clang-19 --sysroot=$usr"
    ;;
installed)
    clang="${CLANG:-clang} ${WASI_SYSROOT:+--sysroot=$WASI_SYSROOT}"
    ;;
*) fail "expected \`debian DIR\` or \`installed\`" ;;
esac

CARGO_TARGET_DIR=$build/componentize cargo build --quiet --locked \
    --manifest-path "$guests/componentize/Cargo.toml"
if ! "$build/tools/bin/wit-bindgen" --version 2>/dev/null | grep -q " $wit_bindgen"; then
    CARGO_TARGET_DIR=$build/tools/target cargo install --quiet --debug --locked --root "$build/tools" \
        --version "=$wit_bindgen" --no-default-features --features c wit-bindgen-cli
fi

foo=examples/repo/walkthrough/foo-1.0.0.wasm
echo=tests/repos/echo/echo/echo-1.0.0.wasm
library=examples/repo/library/library-1.0.0.wasm
streams=tests/repos/streams/streams-1.0.0.wasm
interop=tests/repos/interop/grpc/testing/interop-1.0.0.wasm
transcode=tests/repos/transcode/transcode/transcode-1.0.0.wasm
"rust_$1" echo "$root/$echo"
"rust_$1" foo "$root/$foo"
"rust_$1" interop "$root/$interop"
"rust_$1" streams "$root/$streams"
"rust_$1" transcode "$root/$transcode"
c library library-service "$root/$library"

{
    checksum echo "$echo"
    checksum foo "$foo"
    checksum interop "$interop"
    checksum streams "$streams"
    checksum library "$library"
    checksum transcode "$transcode"
} >"$guests/CHECKSUMS"
