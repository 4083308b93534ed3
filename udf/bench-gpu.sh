#!/usr/bin/env bash
# How fast is the decoder on this machine's first GPU, at LLaDA-8B's real shape with random bfloat16 weights? Builds with
# profile cuda where that is needed, then measures prompts of 256 tokens and completions of 256, one to 64 together.
# Needs about 20 GB of disk in TMPDIR and 40 GB of GPU memory. Arguments go to the bench, as in: udf/bench-gpu.sh --batches 8
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

[[ -d $root/job/target/cuda ]] || (cd "$root" && mvn -q -B -ntp -Pcuda -DskipTests package)
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,memory.total,clocks.max.sm,power.limit --format=csv

exec "$root/submit.sh" bench --model random:llada-8b --set model.device=gpu \
  --set generation.gen-length=256 --set generation.block-length=256 \
  --policies none,decode --batches 1,2,4,8,16,32,64 --prompts 256 --time-limit 0 \
  --output "$root/out/bench-gpu" "$@"
