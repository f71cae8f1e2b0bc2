#!/bin/sh
# Feeds each reader of foreign bytes for so many seconds, guided by what it reaches (atheris); ends at the first that breaks.
set -eu
cd "$(dirname "$0")/.."
if ! .venv/bin/python -c 'import atheris' 2>/dev/null; then
  echo "NOT GUIDED: atheris is not to be had for this Python or machine."
  exit 0
fi
mkdir -p var/fuzz
.venv/bin/python -m tests.fuzz.guided 2>/dev/null >var/fuzz/readers
while read -r name; do
  echo "Feeding: $name"
  .venv/bin/python -m tests.fuzz.guided "$name" "$1" >var/fuzz/log 2>&1 </dev/null || {
    tail -n 40 var/fuzz/log >&2
    exit 1
  }
done <var/fuzz/readers
