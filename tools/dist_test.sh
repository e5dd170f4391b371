#!/usr/bin/env bash
# Test with several processes:  tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of test.py]
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: $0 CONFIG CHECKPOINT PROCESSES [options of tools/test.py]" >&2; exit 2; }
config=$1 checkpoint=$2 processes=$3
shift 3
exec python -m torch.distributed.run --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --nproc_per_node="$processes" --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" "$(dirname "$0")/test.py" "$config" "$checkpoint" \
    --launcher pytorch "$@"
