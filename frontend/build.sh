#!/bin/sh
# From the sources to the files that hosts are served: into the package, or into the folder that is given.
set -eu
cd "$(dirname "$0")"
package=../django_wizard_sessions/static/wizard_sessions
into=${1:-$package}
banner="/* django-wizard-sessions: the sources are in frontend/src of the project. */"
npx esbuild src/wizard-session.css --minify --banner:css="$banner" --outfile="$into/wizard-session.css"
npx esbuild src/main.js --bundle --minify --format=esm --target=es2022 --loader:.css=text \
    --banner:js="$banner" --outfile="$into/wizard-session.js"
