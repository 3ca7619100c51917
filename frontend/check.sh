#!/bin/sh
# The sources' types are right, and what hosts are served is what the sources make.
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null; then
    echo "Not checked: frontend/ (npm was not found)."
    test "${CI:-}" != true
    exit
fi
sh install.sh
npx tsc
built=$(mktemp -d)
trap 'rm -r "$built"' EXIT
sh build.sh "$built" 2>/dev/null
for file in wizard-session.css wizard-session.js; do
    cmp "$built/$file" "../django_wizard_sessions/static/wizard_sessions/$file" ||
        { echo "Please run: npm run build"; exit 1; }
done
