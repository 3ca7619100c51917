#!/bin/sh
# The packages that package-lock.json names: once, and again when it changes.
set -eu
cd "$(dirname "$0")"
installed=node_modules/.package-lock.json # npm writes it when all else is there
if [ ! -e "$installed" ] || [ "$installed" -ot package-lock.json ]; then
    npm ci --silent
fi
