#!/usr/bin/env bash
# Tries 500 bad sign-ins of each kind (unknown address, staff, customer, suspended, without a password, on the bare
# host) by turns and prints the medians; they differ by less than 10 ms. TEST_DATABASE_URL as for the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
HELPDESK_SIGN_IN_TRIES=${1:-500} cargo test --quiet -p server --test it limits::timing -- --nocapture
