#!/bin/sh
# Fails when a file that is or would be committed names a package registry's host or a path of one person's machine.
set -eu
cd "$(dirname "$0")/.."
# Written in pieces, so that this file does not find itself.
hosts="registry\.npm""js\.org|files\.python""hosted\.org|(^|[^.a-z])py""pi\.org|deb\.deb""ian\.org"
paths="/home/[a-z]|/ro""ot/|/Us""ers/|/wo""rk/"
if found=$(git grep --untracked -nIE "$hosts|$paths"); then
  printf 'These lines name a registry or a path of one machine:\n%s\n' "$found" >&2
  exit 1
fi
