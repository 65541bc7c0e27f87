#!/bin/sh
# Install the pinned PyTorch without CUDA on a machine that has no NVIDIA GPU.
# PyPI's Linux wheel brings gigabytes of CUDA packages; PyTorch's own CPU index does not.
set -eu
python=$1
pin=$(grep -i '^torch==' "${2:-constraints.txt}")
if "$python" -c 'import torch' 2>/dev/null; then
    exit 0
fi
if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi >/dev/null 2>&1; then
    exec "$python" -m pip install --quiet "$pin"
fi
if "$python" -m pip install --quiet --dry-run --report - "$pin" | grep -q '"name": *"nvidia-'; then
    exec "$python" -m pip install --quiet --index-url https://download.pytorch.org/whl/cpu "$pin"
fi
exec "$python" -m pip install --quiet "$pin"
