#!/bin/sh
# Our namespace: ninety days of history, and the search attributes of cli/services/temporal.py (a test compares them).
# Run again, it changes nothing. The address is in TEMPORAL_ADDRESS.
set -eu
patiently() { # a server that has just started, or a namespace just made, is not known everywhere at once
  for _ in $(seq "${TRIES:-30}"); do
    "$@" && return 0
    sleep 2
  done
  return 1
}
known() {
  temporal operator search-attribute list --namespace hocba --output json
}
patiently temporal operator cluster health
temporal operator namespace describe --namespace hocba ||
  temporal operator namespace create --namespace hocba --retention 2160h
patiently temporal operator namespace update --namespace hocba --retention 2160h
for pair in SchoolId=Keyword ClassId=Keyword Year=Keyword Term=Keyword Stage=Keyword \
  WaitingFor=KeywordList DueAt=Datetime Overdue=Bool; do
  known | grep -q "\"${pair%%=*}\"" ||
    patiently temporal operator search-attribute create --namespace hocba --name "${pair%%=*}" --type "${pair##*=}"
done
