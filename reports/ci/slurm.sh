#!/bin/sh
# sbatch reports/ci/slurm.sh, from the repository after `npm ci`; the folder must be on all nodes.
#SBATCH --job-name=lvscheck
#SBATCH --array=0-31
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
set -eu
# Outside Slurm it plays the first shard, so that it can be tried; the last one to end joins the parts that are there.
index=${SLURM_ARRAY_TASK_ID:-0}
count=${SLURM_ARRAY_TASK_COUNT:-32}
results=${RESULTS:-results}
status=0
node harness/cli/lvscheck.js run --runs "${RUNS:-1000000}" --seed "${SEED:-1}" --shard "$index/$count" \
  ${DIRECTOR:+--on "$DIRECTOR"} --out "$results/part-$index" || status=$?
touch "$results/part-$index.done"
if [ "$(find "$results" -name 'part-*.done' | wc -l)" -eq "$count" ]; then
  node harness/cli/lvscheck.js merge "$results"/part-*[0-9] --out "$results/all" || status=$?
fi
exit "$status"
