#!/bin/sh
# Two buckets in the object store: documents, written once, and the history log. Run again, it changes nothing.
#
# Both keep versions. The first can hold locks, which must be said when it is made: a retention for every document
# (PutObjectLockConfiguration) is the office's decision. The log's must have none: its checkpoint is written anew.
set -eu
secrets=${SECRETS:-/run/secrets}
endpoint=${S3_ENDPOINT:-http://objects:7070}
versions='<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>'

ask() { # body, then what else curl is told; the key goes by standard input, as every account can read arguments
  sum=$(printf %s "$1" | sha256sum)
  body=$1
  shift
  printf 'user = "%s:%s"\n' "$(cat "$secrets/s3_access_key_id")" "$(cat "$secrets/s3_secret_access_key")" |
    curl --config - --silent --show-error --output /dev/null --write-out '%{http_code}' --max-time 20 \
      --retry 10 --retry-connrefused --aws-sigv4 "aws:amz:${S3_REGION:-us-east-1}:s3" --request PUT \
      --header "x-amz-content-sha256: ${sum%% *}" --header 'Content-Type: application/xml' --data "$body" "$@"
}

demand() { # what for, status, statuses that will do
  case " $3 " in
  *" $2 "*) ;;
  *)
    echo "the object store answered $2: $1" >&2
    exit 1
    ;;
  esac
}

for bucket in hocba-documents hocba-history; do
  lock=false
  [ "$bucket" = hocba-history ] || lock=true
  demand "$bucket" "$(ask '' --header "x-amz-bucket-object-lock-enabled: $lock" "$endpoint/$bucket")" "200 409"
  demand "versions of $bucket" "$(ask "$versions" "$endpoint/$bucket?versioning=")" "200"
done
