#!/bin/sh
# The admin server; it brings the database up to date before it listens.
# The flag: docs/decisions/0030-heap-of-the-admin-server.md
exec node --heap-growing-percent=50 --disable-warning=ExperimentalWarning "$(dirname "$0")/server/main.ts"
