#!/bin/sh
# Draws where the time of a workload goes: benchmarks/flame.sh {batch|step} [SECONDS] [OUT.svg]
# Needs perf and inferno (`cargo install inferno`); PYTHON names the interpreter that has NumPy.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
what=$1 seconds=${2:-10} out=${3:-flame.svg}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The same optimised code with line tables beside it; the installed module is stripped.
CARGO_PROFILE_RELEASE_DEBUG=1 cargo build --release --quiet --manifest-path "$root/core-rs/Cargo.toml" -p emomas-py
cp -r "$root/python/emomas" "$scratch/emomas"
cp "${CARGO_TARGET_DIR:-$root/core-rs/target}/release/lib_native.so" "$scratch/emomas/_native.abi3.so"

# cpu-clock samples where hardware counters can't be read (virtual machines, containers).
PYTHONPATH=$scratch perf record -q -e cpu-clock -F 997 --call-graph dwarf,16384 -o "$scratch/perf.data" \
    "${PYTHON:-python3}" "$root/benchmarks/workload.py" "$what" "$seconds"
perf script -i "$scratch/perf.data" 2>"$scratch/warnings" | inferno-collapse-perf >"$scratch/stacks"

# From the frame of interest up (unwinding does not get past every frame on the way to Python), with short names and
# without the kernel's interruptions.
case $what in
batch) kept='s/^.*;[a-z_:]*Dialogue::play/batch;Dialogue::play/p' ;;
*) kept='s/^python;\(\[unknown];\|.*;\(_PyEval_EvalFrameDefault\)\)/step;\2/p' ;;
esac
sed -n "$kept" "$scratch/stacks" |
    sed -E 's/<impl ([A-Za-z_:]+)>::/\1::/g; s/;;/;/; s/;(asm_|entry_|sysvec)[^ ]*//
        s/emomas_core::agent::step::emomas_core::agent::Core::/Core::/g
        s/(emomas_(core|sim|store)|core|alloc|std|pyo3|_native)::([a-z_0-9]+::)*//g' >"$scratch/folded"
inferno-flamegraph --title "One thread, $what (perf, cpu-clock)" --bgcolors '#ffffff' --minwidth 0.25 --fontsize 11 \
    --width 1180 --hash "$scratch/folded" >"$out"
