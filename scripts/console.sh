#!/usr/bin/env bash
# Builds the console into web/apps/console/dist, from where the binary takes it. Does nothing when nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/../web"

if ! cmp -s package-lock.json node_modules/installed; then
  npm ci --silent --ignore-scripts
  cp package-lock.json node_modules/installed
fi
built=apps/console/dist/manifest.json
if [[ -e $built && -z $(find apps packages tools package-lock.json -path '*/dist' -prune -o -type f -newer "$built" -print -quit) ]]; then
  exit
fi
npm run --silent build
