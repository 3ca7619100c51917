#!/bin/sh
# The packages that package-lock.json names: once, and again when it changes.
set -eu
cd "$(dirname "$0")"
stamp=node_modules/.stamp # npm ci begins by removing it, with all else
if [ ! -e "$stamp" ] || [ "$stamp" -ot package-lock.json ]; then
    npm ci --silent
    touch "$stamp"
fi
