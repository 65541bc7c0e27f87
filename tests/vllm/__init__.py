"""Tests of the real vLLM engine; make test-vllm runs them in an environment of their own."""
