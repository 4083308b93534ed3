#!/usr/bin/env bash
# Tells Spark which GPUs a node has: prints {"name": "gpu", "addresses": ["0", "1"]}. Named in spark-defaults.conf by
# spark.worker.resource.gpu.discoveryScript or spark.executor.resource.gpu.discoveryScript.
#
# An address is the index by which the executor's CUDA knows the GPU. Where CUDA_VISIBLE_DEVICES limits the GPUs, CUDA
# counts the visible ones from 0, and so does this script.
set -euo pipefail

fail() {
  echo "gpu-discovery.sh: $1" >&2
  exit 1
}

command -v nvidia-smi >/dev/null ||
  fail "nvidia-smi is not on the PATH ($PATH): install the NVIDIA driver, or do not ask Spark for GPUs on this node"
listed=$(nvidia-smi --query-gpu=index,uuid --format=csv,noheader) ||
  fail "nvidia-smi failed: $listed"
count=$(grep -c '^ *[0-9]' <<<"$listed") || fail "nvidia-smi lists no GPU"

# CUDA takes the entries, indices or UUIDs, up to the first that names no GPU; an empty value hides all GPUs.
if [[ -n ${CUDA_VISIBLE_DEVICES+set} ]]; then
  visible=0
  IFS=, read -ra entries <<<"$CUDA_VISIBLE_DEVICES"
  for entry in ${entries[@]+"${entries[@]}"}; do
    entry=${entry//[[:space:]]/}
    if [[ $entry =~ ^[0-9]+$ ]]; then
      ((10#$entry < count)) || break
    elif [[ $entry == GPU-* ]]; then
      grep -qF -- "$entry" <<<"$listed" || break
    elif [[ $entry != MIG-* ]]; then
      break
    fi
    visible=$((visible + 1))
  done
  ((visible > 0)) || fail "CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES leaves none of the $count GPUs visible"
  count=$visible
fi

addresses=""
for ((i = 0; i < count; i++)); do
  addresses+="${addresses:+, }\"$i\""
done
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
