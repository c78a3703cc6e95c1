#!/bin/sh
# Runs the GPU benchmark that `npm run bench -- gpu pack` packed, on a machine with a GPU; Node, npm and a network are not needed.
#
#   sh run.sh [options of `gpu run`]   unpacks the parts beside it, sets CUDA up, and runs
#   sh run.sh keep                     only keeps the parts beside it, where not all can be carried at once
#
# LOCKSTEP_GPU_HOME: where all of it goes (default: /tmp/lockstep-gpu). PYTHON: one with PyTorch (default: python3).
set -u
here=$(cd "$(dirname "$0")" && pwd)
home=${LOCKSTEP_GPU_HOME:-/tmp/lockstep-gpu}
python=${PYTHON:-python3}
mkdir -p "$home/parts"
for file in "$here"/lockstep-gpu.*; do
  case $file in
    "$home"/parts/*) ;;
    *) [ -e "$file" ] && cp "$file" "$home/parts/" ;;
  esac
done
if [ "${1-}" = keep ]; then
  ls -l "$home/parts"
  exit 0
fi

app=$home/app
if [ ! -e "$app/complete" ]; then
  (cd "$home/parts" && sha256sum -c lockstep-gpu.sha256) || { echo "parts are missing or damaged in $home/parts" >&2; exit 1; }
  rm -rf "$app"
  mkdir -p "$app"
  if command -v xz > /dev/null; then
    cat "$home"/parts/lockstep-gpu.part-* | xz -dc | tar -C "$app" -xf - || exit 1
  else
    cat "$home"/parts/lockstep-gpu.part-* | "$python" -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer)' | tar -C "$app" -xf - || exit 1
  fi
  touch "$app/complete"
fi

export LOCKSTEP_CACHE_DIR="$home/cache"
node=$app/bin/node
[ -x "$node" ] || { chmod +x "$node" 2> /dev/null || node=node; }
lockstep=$app/node_modules/@lockstep/cli/bin/lockstep.js
if [ -d "$app/wheels" ]; then
  echo "== setup cuda" >&2
  "$node" "$lockstep" setup cuda --from "$app/wheels" --python "$python" || echo "setup cuda failed; on without it" >&2
fi
echo "== doctor" >&2
"$node" "$lockstep" doctor --only onnx
echo "== benchmark" >&2
exec "$node" "$app/benchmarks/dist/gpu/gpu-packed.js" --python "$python" "$@"
