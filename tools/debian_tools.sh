#!/bin/sh
# Provides other people's software that the tests need: by apt-get as root, else unpacked into .tools without root.
set -eu
cd "$(dirname "$0")/.."
PATH="$(pwd)/.tools/bin:$PATH"
PACKAGES="poppler-utils qpdf chromium-headless-shell mupdf-tools openssl curl xmlsec1 softhsm2 libfaketime \
  default-jre-headless libbcpkix-java"
PROGRAMS="pdfsig qpdf chromium-headless-shell mutool openssl curl xmlsec1 softhsm2-util java"
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
FILES="usr/lib/softhsm/libsofthsm2.so usr/share/java/bcpkix.jar usr/lib/$triplet/faketime/libfaketime.so.1"

missing() {
  for program in $PROGRAMS; do
    command -v "$program" >/dev/null 2>&1 || printf '%s ' "$program"
  done
  for file in $FILES; do
    [ -e "/$file" ] || [ -e ".tools/unpacked/$file" ] || printf '%s ' "$(basename "$file")"
  done
}

give_up() {
  echo "The tests need $(missing)and $1: install the packages $PACKAGES, then run 'make test' again." >&2
  exit 1
}

install_as_root() {
  # Packages may ask questions, and there may be no terminal to answer on.
  export DEBIAN_FRONTEND=noninteractive
  (apt-get -q update && apt-get -q install --yes --no-install-recommends $PACKAGES) >.tools/apt.log 2>&1 ||
    give_up "apt-get failed (see .tools/apt.log)"
}

apt_of_our_own() {
  apt-get -q -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Dir::State="$here/state" -o Dir::Cache="$here/cache" \
    -o Dir::State::status=/var/lib/dpkg/status "$@" >>"$here/apt.log" 2>&1
}

wrap() { # name, program inside the unpacked tree; one the machine has already was not fetched
  [ -e "$here/unpacked/$2" ] || return 0
  cat >"$here/bin/$1" <<END
#!/bin/sh
LD_LIBRARY_PATH="$here/unpacked/usr/lib/$triplet:$here/unpacked/lib/$triplet:$here/unpacked/usr/lib/chromium\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" \\
  exec "$here/unpacked/$2" "\$@"
END
  chmod +x "$here/bin/$1"
}

link_inside() { # Java finds its settings by links to /etc, which is now another place
  find "$here/unpacked" -type l -lname '/*' | while read -r link; do
    target="$here/unpacked$(readlink "$link")"
    [ ! -e "$target" ] || ln -sfn "$target" "$link"
  done
}

unpack_for_this_user() {
  here=$(pwd)/.tools
  mkdir -p "$here/state/lists/partial" "$here/cache/archives/partial" "$here/bin" "$here/unpacked"
  apt_of_our_own update && apt_of_our_own --yes --download-only --no-install-recommends install $PACKAGES ||
    give_up "could not fetch them without root (see .tools/apt.log)"
  for package in "$here"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$here/unpacked"
  done
  rm -f "$here"/cache/archives/*.deb
  link_inside
  for program in pdfsig qpdf mutool openssl curl xmlsec1 softhsm2-util; do
    wrap "$program" "usr/bin/$program"
  done
  wrap chromium-headless-shell usr/lib/chromium/chromium-headless-shell
  wrap java usr/lib/jvm/default-java/bin/java
}

[ -n "$(missing)" ] || exit 0
command -v apt-get >/dev/null 2>&1 || give_up "there is no apt-get on this machine"
echo "Fetching $(missing)..."
mkdir -p .tools
if [ "$(id -u)" = 0 ]; then install_as_root; else unpack_for_this_user; fi
[ -z "$(missing)" ] || give_up "they are still missing"
