#!/bin/sh
# fetch_prometheus.sh FOLDER: unpacks Debian's package of Prometheus there; nothing is installed.
# Needs apt and dpkg, but no root: lists of packages that are missing are fetched to FOLDER, too.
set -eu
folder=$(cd "$1" && pwd)
cd "$folder"
if ! apt-get download -qq prometheus 2>/dev/null; then
  mkdir -p lists/partial cache/archives/partial
  set -- -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache"
  apt-get "$@" -qq -o APT::Sandbox::User="$(id -un)" update
  apt-get "$@" -qq -o APT::Sandbox::User="$(id -un)" download prometheus
fi
dpkg-deb -x prometheus_*.deb .
rm -rf prometheus_*.deb lists cache etc lib var usr/share
usr/bin/prometheus --version 2>&1 | head -n 1
