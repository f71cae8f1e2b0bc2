#!/bin/sh
# Makes the secrets of a new installation in ./secrets (or the folder named), each in a file of its own, by chance.
# A file that is there stays: run again, it adds what a newer version needs. Needs openssl.
#
# The folder is its owner's alone. The files can be read by every account of the containers that are given them,
# because those run under numbers that this machine knows nothing of.
set -eu
umask 077
folder=${1:-secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

keep() { # a file with what standard input says, whole or not at all
  if [ -e "$1" ]; then
    cat >/dev/null
    return
  fi
  cat >".$1"
  chmod 444 ".$1"
  mv ".$1" "$1"
}

letters() {
  openssl rand -hex "$1" | tr -d '\n'
}

for role in postgres hocba hocba_api hocba_worker temporal; do
  letters 24 | keep "${role}_password"
done
for pair in owner:hocba api:hocba_api worker:hocba_worker; do
  role=${pair#*:}
  printf 'postgresql+psycopg://%s:%s@postgresql/hocba' "$role" "$(cat "${role}_password")" | keep "database_url_${pair%%:*}"
done
letters 10 | keep s3_access_key_id
letters 32 | keep s3_secret_access_key
# The installation's key (second factors, mailed links), the history log's key and its secret: docs/keys.md.
openssl rand 32 | keep account-key
# What Temporal's histories are encrypted with, in the form of `hocba history-key`.
key_id=$(date -u +%Y%m%d)-$(letters 4)
printf '{"current": "%s", "keys": {"%s": "%s"}}' "$key_id" "$key_id" "$(openssl rand -base64 32)" | keep history-keys.json
openssl genpkey -algorithm ed25519 | keep history.key
openssl rand 32 | keep history.secret

for brought in tls.crt tls.key relay_password; do
  [ -e "$brought" ] || echo "still missing in $folder: $brought (see docs/operations.md)" >&2
done
